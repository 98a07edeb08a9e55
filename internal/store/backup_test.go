package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// contents are all rows of all tables.
func contents(t *testing.T, s *Store) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, one := range tables() {
		found[one.name] = all(t, s, one.name)
	}
	return found
}

// TestBackup carries everything to a new database of each kind.
func TestBackup(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		stuff(t, s)
		want := contents(t, s)
		for name, rows := range want {
			if len(rows) == 0 {
				t.Errorf("%s is empty: fill it", name)
			}
		}
		file := filepath.Join(t.TempDir(), "backup.jsonl")
		ok(t, s.Backup(ctx, file))
		info, err := os.Stat(file)
		ok(t, err)
		is(t, os.FileMode(0o600))(info.Mode(), nil)
		beside, err := os.ReadDir(filepath.Dir(file))
		is(t, 1)(len(beside), err)
		says(t, s.Backup(ctx, file), file, "is there already")
		says(t, s.Backup(ctx, filepath.Join(file, "x")), filepath.Join(file, "x"), "give the path")

		both(t, func(t *testing.T, empty string) {
			ctx := t.Context()
			ok(t, Restore(ctx, empty, file))
			restored := open(t, empty)
			is(t, want)(contents(t, restored), nil)
			says(t, Restore(ctx, empty, file), restored.place, "has data already")
			is(t, want)(contents(t, restored), nil)
			ok(t, restored.Ping(ctx), restored.Count(ctx, guild, "answer", "sleep/dreams", noon))
		})
	})
}

// backup is the text of a whole backup.
func backup(t *testing.T) []byte {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	stuff(t, s)
	var text bytes.Buffer
	ok(t, s.dump(t.Context(), &text))
	return text.Bytes()
}

// sealed is a backup of lines as they are, with an end that belongs to them.
func sealed(lines ...string) []byte {
	text := strings.Join(lines, "\n") + "\n"
	sum := sha256.Sum256([]byte(text))
	return fmt.Appendf(nil, `%s{"rows":%d,"sha256":"%s"}`+"\n", text, len(lines)-1, hex.EncodeToString(sum[:]))
}

func TestDamagedBackup(t *testing.T) {
	t.Parallel()
	whole := backup(t)
	lines := strings.SplitAfter(strings.TrimSuffix(string(whole), "\n"), "\n")
	const head, secret = `{"format":"faqbot-backup","schema":2}`, "words of a member"
	row := func(text string) []byte { return sealed(head, text) }
	damaged := map[string][]byte{
		"empty":           nil,
		"binary":          bytes.Repeat([]byte{0, 255}, 5000),
		"another format":  sealed(`{"format":"other","schema":2}`),
		"no schema":       sealed(`{"format":"faqbot-backup"}`),
		"no JSON":         row(`{"table":"donations","row":{"words":"` + secret),
		"more on a line":  row(`{"table":"countries","row":{"member":"1","country":"GB"}} {}`),
		"unknown table":   row(`{"table":"pulse","row":{"id":1,"beats":1}}`),
		"unknown column":  row(`{"table":"countries","row":{"member":"1","country":"GB","name":"` + secret + `"}}`),
		"unknown field":   row(`{"table":"countries","row":{"member":"1","country":"GB"},"x":1}`),
		"lacking column":  row(`{"table":"countries","row":{"member":"1"}}`),
		"empty row":       row(`{"table":"countries","row":{}}`),
		"wrong type":      row(`{"table":"countries","row":{"member":1,"country":"GB"}}`),
		"null":            row(`{"table":"countries","row":{"member":null,"country":"GB"}}`),
		"no whole figure": row(`{"table":"topics","row":{"guild":"1","day":"2026-03-10","entry":"a","n":1.5}}`),
		"large figure":    row(`{"table":"topics","row":{"guild":"1","day":"2026-03-10","entry":"a","n":99999999999999999999}}`),
		"no such state":   row(`{"table":"topic_states","row":{"guild":"1","entry":"a","state":"` + secret + `"}}`),
		"long name":       row(`{"table":"topic_states","row":{"guild":"1","entry":"` + strings.Repeat("a", 101) + `","state":"new"}}`),
		"NUL":             row(`{"table":"donations","row":{"guild":"1","day":"2026-03-10","words":"a\u0000"}}`),
		"huge line":       row(`{"table":"donations","row":{"guild":"1","day":"2026-03-10","words":"` + strings.Repeat(secret, 1<<20) + `"}}`),
		"twice":           sealed(head, `{"table":"countries","row":{"member":"1","country":"GB"}}`, `{"table":"countries","row":{"member":"1","country":"GB"}}`),
		"no parent":       row(`{"table":"settings_ids","row":{"guild":"1","list":"ask-roles","id":"1"}}`),
		"after the end":   append(bytes.Clone(whole), lines[1]...),
		"blank end":       append(bytes.Clone(whole), '\n'),
		"lost line":       []byte(strings.Join(append(lines[:3:3], lines[4:]...), "")),
		"changed letter":  bytes.Replace(whole, []byte("again"), []byte("agaim"), 1),
		"no end":          []byte(strings.Join(lines[:len(lines)-1], "")),
	}
	for i := range lines {
		damaged[fmt.Sprint("cut in line ", i+1)] = whole[:len(strings.Join(lines[:i], ""))+len(lines[i])/2]
	}
	both(t, func(t *testing.T, address string) {
		s := open(t, address)
		file := filepath.Join(t.TempDir(), "backup")
		for name, text := range damaged {
			ok(t, os.WriteFile(file, text, 0o600))
			tx, err := s.writer.BeginTx(t.Context(), nil)
			ok(t, err)
			err = s.fill(t.Context(), tx, bytes.NewReader(text))
			ok(t, tx.Rollback())
			if err == nil {
				t.Errorf("%s: no error", name)
			} else if !strings.Contains(err.Error(), "line ") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
		ok(t, os.WriteFile(file, damaged["changed letter"], 0o600))
		says(t, Restore(t.Context(), address, file), "restore "+file, "damaged", "take another")
		ok(t, os.WriteFile(file, sealed(`{"format":"faqbot-backup","schema":4}`), 0o600))
		says(t, Restore(t.Context(), address, file), "version 4", "newer faqbot")
		says(t, Restore(t.Context(), address, file+".none"), file+".none", "give the path")
		for name, rows := range contents(t, s) {
			if len(rows) > 0 {
				t.Errorf("%s has %q", name, rows)
			}
		}
	})
}

// TestLargeBackup copies more rows than a backup may hold in memory at once where all tests are asked for.
func TestLargeBackup(t *testing.T) {
	t.Parallel()
	rows, most := 1000, uint64(1<<40)
	if os.Getenv("FAQBOT_TEST_ALL") != "" {
		rows, most = 300_000, 128<<20 // other tests run beside
	}
	both(t, func(t *testing.T, address string) {
		ctx, s := t.Context(), open(t, address)
		raw(t, s, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < `+fmt.Sprint(rows)+`)
			INSERT INTO counts (guild, day, kind, entry, n) SELECT '100', '2026-03-10', 'answer', 'entry-' || i, i FROM n`)
		file := filepath.Join(t.TempDir(), "backup")
		var peak uint64
		stop := watchHeap(&peak)
		err := errors.Join(s.Backup(ctx, file), Restore(ctx, filepath.Join(t.TempDir(), "y.db"), file))
		stop()
		ok(t, err)
		if peak > most {
			t.Errorf("it took %d MiB", peak>>20)
		}
		t.Logf("%d rows took %d MiB at most", rows, peak>>20)
	})
}

// FuzzRestore feeds anything to an empty database: it must end in an error that quotes nothing, or in rows that a backup brings again.
func FuzzRestore(f *testing.F) {
	const head = `{"format":"faqbot-backup","schema":2}`
	f.Add("")
	f.Add("{}\n")
	f.Add(`{"rows":0,"sha256":""}`)
	f.Add(`{"table":"donations","row":{"guild":"1","day":"2026-03-10","words":"what helps?"}}`)
	f.Add(`{"table":"countries","row":{"member":"1","country":"GB"}}` + "\r\n" + `{"table":"counts","row":{"n":-1}}`)
	f.Add(`{"table":"donations","row":{"words":"` + strings.Repeat("\U0001F600", 5000) + `"}}`)
	f.Add(strings.Repeat(`{"table":`, 5000))
	s, err := Open(context.Background(), filepath.Join(f.TempDir(), "x.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		for _, backup := range [][]byte{[]byte(text), []byte(head + "\n" + text), sealed(append([]string{head}, strings.Split(text, "\n")...)...)} {
			tx, err := s.writer.BeginTx(t.Context(), nil)
			ok(t, err)
			err = s.fill(t.Context(), tx, bytes.NewReader(backup))
			if err == nil {
				checkFilled(t, tx)
			}
			ok(t, tx.Rollback())
		}
	})
}

// checkFilled finds no row that a backup could not have written.
func checkFilled(t *testing.T, tx *sql.Tx) {
	t.Helper()
	for _, one := range tables() {
		_, err := list(t.Context(), tx, func(rows *sql.Rows, _ *struct{}) error {
			cells := make([]any, len(one.columns()))
			for i := range cells {
				cells[i] = new(string)
				if i >= len(one.texts) {
					cells[i] = new(int64)
				}
			}
			return rows.Scan(cells...)
		}, one.selectAll())
		ok(t, err)
	}
}
