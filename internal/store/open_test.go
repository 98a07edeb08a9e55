package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// TestOpenTogether opens one new database in several goroutines of several processes.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				if out, err := child(t, "open", address).CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		wait.Wait()
		s := open(t, address)
		is(t, []int64{0, 1, 2, 3})(versions(t, s), nil)
		is(t, []Count{{"2026-03-10", "open", "", 12}})(s.Counts(t.Context(), guild, noon, noon))
	})
}

// openTogether is what each process of TestOpenTogether does.
func openTogether(address string) error {
	const goroutines = 4
	errs := make(chan error, goroutines)
	for range goroutines {
		go func() {
			s, err := Open(background(), address)
			if err == nil {
				err = errors.Join(s.Count(background(), guild, "open", "", noon), s.Close())
			}
			errs <- err
		}()
	}
	var all error
	for range goroutines {
		all = errors.Join(all, <-errs)
	}
	return all
}

func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		const writers, each = 16, 8
		stores := []*Store{open(t, address), open(t, address)}
		var wait sync.WaitGroup
		var created atomic.Int32
		for i := range writers {
			wait.Go(func() {
				for n := range each {
					first, err := writeAll(t.Context(), stores[i%2], i, n)
					if err != nil {
						t.Error(err)
					}
					if first {
						created.Add(1)
					}
				}
			})
		}
		wait.Wait()
		ctx := t.Context()
		is(t, 1)(int(created.Load()), nil)
		is(t, []Count{{"2026-03-10", "answer", "sleep/dreams", writers * each}})(stores[0].Counts(ctx, guild, noon, noon))
		is(t, []Votes{{"2026-03-10", "sleep/dreams", writers * each / 2, writers * each / 2}})(stores[1].Votes(ctx, guild, noon, noon))
		is(t, writers)(len(all(t, stores[0], "audit")), nil)
		is(t, 2)(len(all(t, stores[0], "settings_ids")), nil)
	})
}

// writeAll is the nth write of a writer of everything that several write at once; it returns whether it has made the pin.
func writeAll(ctx context.Context, s *Store, writer, n int) (bool, error) {
	_, created, err := s.BeginPin(ctx, guild, "5", "card/help", noon)
	errs := []error{err, s.Count(ctx, guild, "answer", "sleep/dreams", noon), s.Vote(ctx, guild, "sleep/dreams", n%2 == 0, noon)}
	if n == 0 {
		settings := Settings{Guild: guild, AskRoles: []string{"1", fmt.Sprint(100 + writer)}, Retention: 90}
		errs = append(errs, s.SaveSettings(ctx, settings, by(ActionSettings)))
	}
	_, err = s.Settings(ctx, guild)
	return created, errors.Join(append(errs, err)...)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const secret = "s3cr%ZZet"
	for address, words := range map[string][]string{
		"":                                  {"faqbot.db", "postgres://"},
		":memory:":                          {"faqbot.db"},
		"file:x.db":                         {"faqbot.db"},
		"mysql://u:" + secret + "@h/d":      {"mysql", "postgres://"},
		"postgres://u:" + secret + "@h/d":   {"malformed", "%40"},
		"postgres://u:p@" + secret + "h/d":  {"malformed"},
		filepath.Join(folder, "no", "x.db"): {filepath.Join(folder, "no", "x.db"), "folder"},
		folder:                              {folder, "no file"},
		"postgres://u:s3cr@127.0.0.1:1/d?connect_timeout=5": {`database "d" at 127.0.0.1:1`, "cannot be reached"},
	} {
		_, err := Open(t.Context(), address)
		says(t, err, append(words, "open database")...)
		if err != nil && strings.Contains(err.Error(), "s3cr") {
			t.Errorf("the password is in %q", err)
		}
	}
	info, err := os.Stat(folder)
	ok(t, err)
	is(t, os.FileMode(0o755))(info.Mode().Perm()|0o755, nil) // a folder by mistake stays one that can be entered
}

// TestServerFaults needs no rights on the server but to create a schema.
func TestServerFaults(t *testing.T) {
	t.Parallel()
	address := newSchema(t)
	s := open(t, address)
	_, err := Open(t.Context(), strings.ReplaceAll(address, "search_path=", "search_path=no_"))
	says(t, err, "no schema", "search_path")
	for option, word := range map[string]string{"database=no_such_database": "create it", "default_transaction_read_only=on": "primary"} {
		_, err := Open(t.Context(), address+"&"+option)
		says(t, err, "PostgreSQL database", word)
	}
	raw(t, s, `DROP TABLE pulse`)
	says(t, s.Ping(t.Context()), "ping database", "pulse")
}

func TestFileMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	modes := func() {
		t.Helper()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + suffix)
			ok(t, err)
			is(t, os.FileMode(0o600))(info.Mode(), nil)
		}
	}
	first := open(t, path)
	ok(t, first.Ping(t.Context()))
	modes()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		ok(t, os.Chmod(path+suffix, 0o666))
	}
	open(t, path)
	modes()
}

// TestPragmas shows that what the database is asked for holds on its connections.
func TestPragmas(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": busyMillis, "query_only": "0",
	} {
		var got string
		ok(t, s.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
	if _, err := s.reader.ExecContext(t.Context(), `DELETE FROM counts`); err == nil {
		t.Error("a reader can write")
	}
}

func TestDeletedFile(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(path string) error{
		"deleted": os.Remove,
		"replaced": func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
		},
	} {
		path := filepath.Join(t.TempDir(), "x.db")
		s := open(t, path)
		ok(t, harm(path))
		for _, err := range []error{s.Ping(t.Context()), s.Count(t.Context(), guild, "answer", "", noon)} {
			says(t, err, path, "deleted or replaced", "backup")
		}
		if info, err := os.Stat(path); name == "deleted" && err == nil {
			t.Errorf("%v was made anew", info)
		}
	}
}

func TestCorruptFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	garbage := filepath.Join(folder, "garbage.db")
	ok(t, os.WriteFile(garbage, bytes.Repeat([]byte("no database"), 1000), 0o600))
	_, err := Open(t.Context(), garbage)
	says(t, err, "open database", garbage, "damaged", "restore a backup")

	path := filepath.Join(folder, "torn.db")
	s, err := Open(t.Context(), path)
	ok(t, err)
	for i := range 200 {
		raw(t, s, `INSERT INTO donations (guild, day, words) VALUES ('1', '2026-03-10', $1)`, strings.Repeat(fmt.Sprint(i), 300))
	}
	ok(t, s.Close())
	whole, err := os.ReadFile(path)
	ok(t, err)
	half := len(whole) / 2
	ok(t, os.WriteFile(path, append(whole[:half:half], bytes.Repeat([]byte{7}, len(whole)-half)...), 0o600))
	s, err = Open(t.Context(), path)
	if err == nil {
		_, err = s.Donations(t.Context(), "")
		ok(t, s.Close())
	}
	says(t, err, path, "damaged", "restore a backup")
}

// TestFullFile fills the database as far as it may grow, which SQLite treats as a full disk.
func TestFullFile(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	ok(t, s.Donate(t.Context(), guild, "kept", noon))
	raw(t, s, `PRAGMA max_page_count = 1`) // at least what there is
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		err = s.Donate(t.Context(), guild, strings.Repeat("a", MaxDonation), noon)
	}
	says(t, err, "donate", s.place, "full", "free some space")
	raw(t, s, `PRAGMA max_page_count = 100000`)
	found, err := s.Donations(t.Context(), guild)
	ok(t, err)
	is(t, "kept")(found[len(found)-1].Text, nil)
	ok(t, s.Donate(t.Context(), guild, "more", noon), s.Ping(t.Context()))
}

// TestFullDisk needs to mount a disk of its own.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := mount(disk); err != nil {
		t.Skip("cannot mount a small disk here: ", err)
	}
	t.Cleanup(func() { ok(t, unmount(disk)) })
	path := filepath.Join(disk, "x.db")
	s, err := Open(t.Context(), path)
	ok(t, err, s.Ping(t.Context()), s.Donate(t.Context(), guild, "kept", noon))
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 8<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal("the disk is not full: ", err)
	}
	for n := 0; err == nil && n < 1000; n++ { // the log may have room left
		err = s.Ping(t.Context())
	}
	says(t, err, "ping database", path, "full", "free some space")
	says(t, s.Backup(t.Context(), filepath.Join(disk, "backup")), filepath.Join(disk, "backup"), "full")
	is(t, 1)(len(all(t, s, "donations")), nil)
	ok(t, os.Remove(filler), s.Ping(t.Context()), s.Donate(t.Context(), guild, "more", noon), s.Close())
	s, err = Open(t.Context(), path) // closed before the disk goes
	ok(t, err)
	is(t, 2)(len(all(t, s, "donations")), nil)
	ok(t, s.Close())
}

// TestReadOnly opens databases as a user who may not write them: root may always.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("it starts a process by /proc")
	}
	folder, err := os.MkdirTemp("", "faqbot") // that of the test cannot be entered by others
	ok(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	path := filepath.Join(folder, "x.db")
	s, err := Open(t.Context(), path)
	ok(t, err, s.Close(), os.Chmod(path, 0o400), os.Chmod(folder, 0o555))
	if os.Getuid() == 0 {
		ok(t, os.Chown(path, 65534, 65534))
	}
	for _, address := range []string{path, filepath.Join(folder, "new.db")} {
		cmd := child(t, "open", address)
		if os.Getuid() == 0 {
			cmd.Path = "/proc/self/exe" // its folder cannot be entered either
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Errorf("%s: no error", address)
		}
		says(t, errors.New(string(out)), "open database", address, "let the bot's user write the file and its folder")
	}
	ok(t, os.Chmod(folder, 0o755))
}

// TestLocked waits for no other process longer than its context.
func TestLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	s, blocker := open(t, path), open(t, path)
	tx, err := blocker.writer.BeginTx(t.Context(), nil)
	ok(t, err)
	raw(t, s, `PRAGMA busy_timeout = 20`)
	says(t, s.Ping(t.Context()), "ping database", path, "another process")
	is(t, 0)(len(all(t, s, "counts")), nil) // reading does not wait
	ok(t, tx.Rollback(), s.Ping(t.Context()))
}
