package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	backupFormat = "faqbot-backup"
	// maxLine is above any row: 2,000 letters of which JSON writes each in 12 bytes, and its names.
	maxLine = 32 << 10
)

// line is a line of a backup, the same whatever kind of database made it: the first has a format and a schema, each further one a row of
// a table, and the last how many rows there are and the sum of all lines before, by which a file is known to be whole.
type line struct {
	Format string         `json:"format,omitempty"`
	Schema int64          `json:"schema,omitempty"`
	Table  string         `json:"table,omitempty"`
	Row    map[string]any `json:"row,omitempty"`
	Rows   *int64         `json:"rows,omitempty"`
	SHA256 string         `json:"sha256,omitempty"`
}

// Backup writes everything as of one moment into a new file that only its user can read, while the bot runs. The file appears when it is
// whole. It refuses to replace a file. The store must be open.
func (s *Store) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("back up: %s is there already: give the path of a new file", file)
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".faqbot-backup-*") // for its user alone
	if err != nil {
		return fileError("back up to", file, err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // nothing is there once it was renamed
	}()
	out := bufio.NewWriter(f)
	if err := s.dump(ctx, out); err != nil {
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			return fileError("back up to", file, err)
		}
		return s.explain("back up", err)
	}
	err = errors.Join(out.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fileError("back up to", file, err)
	}
	if folder, err := os.Open(filepath.Dir(file)); err == nil {
		_ = folder.Sync() // where the system can, the name outlasts a loss of power
		_ = folder.Close()
	}
	return nil
}

// dump writes all rows as they come.
func (s *Store) dump(ctx context.Context, to io.Writer) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err //nolint:wrapcheck // Backup says what it was for
	}
	defer func() { _ = tx.Rollback() }()
	sum := sha256.New()
	lines := json.NewEncoder(io.MultiWriter(to, sum))
	err = lines.Encode(line{Format: backupFormat, Schema: latest})
	var n, total int64
	for _, t := range tables() {
		if err == nil {
			n, err = dumpTable(ctx, tx, t, lines)
			total += n
		}
	}
	if err == nil {
		err = lines.Encode(line{Rows: &total, SHA256: hex.EncodeToString(sum.Sum(nil))})
	}
	return err //nolint:wrapcheck // as above
}

// dumpTable returns how many rows it wrote.
func dumpTable(ctx context.Context, tx *sql.Tx, t table, lines *json.Encoder) (n int64, err error) {
	texts, numbers := make([]string, len(t.texts)), make([]int64, len(t.numbers))
	var cells []any
	for i := range texts {
		cells = append(cells, &texts[i])
	}
	for i := range numbers {
		cells = append(cells, &numbers[i])
	}
	row := map[string]any{}
	for i, column := range t.columns() {
		row[column] = cells[i]
	}
	_, err = list(ctx, tx, func(rows *sql.Rows, _ *struct{}) error {
		n++
		return errors.Join(rows.Scan(cells...), lines.Encode(line{Table: t.name, Row: row}))
	}, t.selectAll())
	return n, err
}

// Restore fills the empty database at an address from a backup of any kind of database, wholly or not at all. No bot may run on it meanwhile.
func Restore(ctx context.Context, address, file string) error {
	f, err := os.Open(file) //nolint:gosec // the operator names the file
	if err != nil {
		return fileError("restore", file, err)
	}
	defer func() { _ = f.Close() }()
	s, err := Open(ctx, address)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	err = s.write(ctx, "restore "+file, func(tx *sql.Tx) error { return s.fill(ctx, tx, f) })
	return errors.Join(err, s.Close())
}

// fill inserts all rows of a backup.
func (s *Store) fill(ctx context.Context, tx *sql.Tx, backup io.Reader) error {
	for _, t := range tables() {
		found, err := list(ctx, tx, func(*sql.Rows, *struct{}) error { return nil }, t.selectAny())
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("%s has data already: give an empty database", s.place)
		}
	}
	statements := map[string]*sql.Stmt{} // they end with the transaction
	return readBackup(backup, func(t table, columns []string, values []any) error {
		var err error
		text := t.insert(columns)
		if statements[text] == nil {
			statements[text], err = tx.PrepareContext(ctx, text)
		}
		if err == nil {
			_, err = statements[text].ExecContext(ctx, values...)
		}
		if err != nil {
			return fmt.Errorf("insert into %s: %w", t.name, err)
		}
		return nil
	})
}

// readBackup hands on every row, and fails for a backup that is damaged or newer than the program. That a backup is damaged may show at
// its end only. No error quotes the backup: there may be a member's words in it.
func readBackup(backup io.Reader, each func(t table, columns []string, values []any) error) error {
	all, r := tables(), &lineReader{lines: bufio.NewScanner(backup), sum: sha256.New()}
	r.lines.Buffer(nil, maxLine)
	if !r.next() || r.line.Format != backupFormat || r.line.Schema < 1 {
		return r.damaged("it does not begin as a backup does")
	}
	if r.line.Schema > latest {
		return &newerError{r.line.Schema, latest}
	}
	for r.next() {
		if r.line.Rows != nil {
			return r.finish()
		}
		i := slices.IndexFunc(all, func(t table) bool { return t.name == r.line.Table })
		if i < 0 {
			return r.damaged("it has no table that there is")
		}
		columns, values, ok := all[i].cells(r.line.Row)
		if !ok {
			return r.damaged("it is no row of its table")
		}
		if err := each(all[i], columns, values); err != nil {
			return fmt.Errorf("line %d: %w", r.count, err)
		}
	}
	return r.damaged("there is no whole line more, and the end is missing")
}

// cells brings a row into the order of its table's columns. A row of an older schema may lack columns, which have defaults.
func (t table) cells(row map[string]any) (columns []string, values []any, ok bool) {
	for i, column := range t.columns() {
		value, found := row[column]
		if !found {
			continue
		}
		text, isText := value.(string)
		if isText != (i < len(t.texts)) || strings.ContainsRune(text, 0) {
			return nil, nil, false
		}
		if !isText {
			figure, _ := value.(json.Number)
			n, err := figure.Int64()
			if err != nil {
				return nil, nil, false
			}
			value = n
		}
		columns, values = append(columns, column), append(values, value)
	}
	return columns, values, len(columns) == len(row) && len(row) > 0
}

func (t table) selectAny() string { return "SELECT 1 FROM " + t.name + " LIMIT 1" }

// insert has a place for each of the columns given, which are some of the table's.
func (t table) insert(columns []string) string {
	places := make([]string, len(columns))
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	return "INSERT INTO " + t.name + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
}

// lineReader reads lines, and sums up those before the present one.
type lineReader struct {
	lines *bufio.Scanner
	count int64
	line  line
	sum   hash.Hash
}

// next is false at the end and for a line that is none of a backup.
func (r *lineReader) next() bool {
	if r.count > 0 {
		r.sum.Write(r.lines.Bytes())
		r.sum.Write([]byte{'\n'})
	}
	if !r.lines.Scan() {
		return false
	}
	r.count++
	r.line = line{}
	d := json.NewDecoder(bytes.NewReader(r.lines.Bytes()))
	d.UseNumber()
	d.DisallowUnknownFields()
	return d.Decode(&r.line) == nil && !d.More()
}

// finish checks the end, which is the present line.
func (r *lineReader) finish() error {
	if *r.line.Rows != r.count-2 || r.line.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return r.damaged("what stands before is not what was written")
	}
	if r.lines.Scan() || r.lines.Err() != nil {
		return r.damaged("something stands after the end")
	}
	return nil
}

// damaged says where a backup is, and what to do.
func (r *lineReader) damaged(why string) error {
	if err := r.lines.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("read backup: %w", err)
	} else if err != nil {
		why = "the next one is too long"
	}
	return fmt.Errorf("line %d of the backup: %s: it is damaged or no backup of faqbot: take another one", r.count, why)
}
