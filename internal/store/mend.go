package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	hintWritable = "it cannot be written: let the bot's user write the file and its folder, and mount them writable"
	hintFull     = "the disk is full: free some space; what was written before is safe"
	hintDamaged  = "it is damaged or no database of faqbot: stop the bot, move it away and restore a backup"
	hintBusy     = "another process keeps it locked: stop that one, or try again"
	hintLogin    = "the server refuses user or password: mend the URL"
	hintServer   = "the server cannot be reached or is starting: start it, or mend the URL"
)

// explain names the place and the way out where an operator can mend the error. nil stays nil.
func (s *Store) explain(verb string, err error) error {
	if err == nil {
		return nil
	}
	if hint := hint(err); hint != "" {
		return fmt.Errorf("%s: %s: %s: %w", verb, s.place, hint, err)
	}
	return fmt.Errorf("%s: %w", verb, err)
}

// hint is empty for an error that no operator can mend.
func hint(err error) string {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return codeHint(e.Code() & 0xff) // the rest tells apart what is mended alike
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return codeHint(e.Code)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return hintServer
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return hintFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return hintWritable
	}
	return ""
}

// codeHint reads the result codes of SQLite, which are numbers, and those of PostgreSQL:
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
func codeHint(code any) string {
	return map[any]string{
		sqlite3.SQLITE_FULL:     hintFull,
		sqlite3.SQLITE_READONLY: hintWritable,
		sqlite3.SQLITE_CANTOPEN: hintWritable,
		sqlite3.SQLITE_PERM:     hintWritable,
		sqlite3.SQLITE_CORRUPT:  hintDamaged,
		sqlite3.SQLITE_NOTADB:   hintDamaged,
		sqlite3.SQLITE_BUSY:     hintBusy,
		sqlite3.SQLITE_LOCKED:   hintBusy,
		sqlite3.SQLITE_IOERR:    "its disk cannot be read or written: look at the system's log",

		"53100": hintFull,
		"25006": "the server takes no changes: give the address of the primary",
		"28000": hintLogin,
		"28P01": hintLogin,
		"3D000": "the server has no such database: create it, or mend the URL",
		"42501": "the user may not do this: make it the owner of the database or schema",
		"53300": "the server has no connection left: raise max_connections or run fewer replicas",
		"57P01": hintServer,
		"57P02": hintServer,
		"57P03": hintServer,
		"XX001": hintDamaged,
		"XX002": hintDamaged,
	}[code]
}

// fileError says what to do about a file that cannot be opened or written.
func fileError(verb, path string, err error) error {
	return fmt.Errorf("%s %s: %s: %w", verb, path, cmp.Or(hint(err), "give the path of a file in a folder that there is"), err)
}
