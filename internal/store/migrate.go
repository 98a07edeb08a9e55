package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

// latest is the schema that this program knows: the number of the last migration.
const latest = 3

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema to a version, each step in a transaction. It applies the steps one by one because goose's Up looks for the
// version, and makes the table of versions, before it locks.
func (s *Store) migrate(ctx context.Context, version int64) error {
	files, _ := fs.Sub(migrations, "migrations") // built in
	dialect := goose.DialectSQLite3
	if s.kind == KindPostgreSQL {
		dialect = goose.DialectPostgres
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	for step := int64(1); step <= version; step++ {
		provider, err := goose.NewProvider(dialect, s.writer, files, goose.WithDisableGlobalRegistry(true),
			goose.WithSessionLocker(locker{s.kind, step, version}),
			goose.WithIsolateDDL(true)) // no transactions of its own: the locker's is around them all
		if err != nil {
			return fmt.Errorf("read migrations: %w", err)
		}
		_, err = provider.ApplyVersion(ctx, step, true)
		if newer, ok := errors.AsType[*newerError](err); ok {
			return fmt.Errorf("%s: %w", s.place, newer)
		}
		if err != nil && !errors.Is(err, goose.ErrAlreadyApplied) {
			return fmt.Errorf("bring the schema to version %d: %w", step, err)
		}
	}
	return nil
}

// settle opens the first connection. Of several processes that open a new file at once, SQLite makes some fail that could wait.
func (s *Store) settle(ctx context.Context) error {
	const tries, pause = 20, 50 * time.Millisecond
	for try := 1; ; try++ {
		err := s.writer.PingContext(ctx)
		if hint(err) != hintBusy || try == tries {
			return err //nolint:wrapcheck // Open says what it was for
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// newerError tells of a schema that the program does not know.
type newerError struct{ found, known int64 }

func (e *newerError) Error() string {
	return fmt.Sprintf("its schema has version %d, and this program knows %d: it belongs to a newer faqbot: "+
		"start that one, or restore a backup into an empty database", e.found, e.known)
}

// locker is goose's lock: a transaction around a step. In SQLite its beginning is the lock; goose has none there. In PostgreSQL a lock
// goes with it that ends with it, whatever the pooler between.
type locker struct {
	kind        string
	step, known int64
}

// SessionLock waits for other processes, and begins the transaction.
func (l locker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	var schema sql.NullString
	var err error
	if l.kind == KindSQLite {
		_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	} else if _, err = conn.ExecContext(ctx, "BEGIN"); err == nil {
		err = conn.QueryRowContext(ctx, `SELECT current_schema(), pg_advisory_xact_lock(hashtext('faqbot ' || current_schema()))`).
			Scan(&schema, new(any))
	}
	if err == nil && l.kind == KindPostgreSQL && !schema.Valid {
		err = errors.New("there is no schema to create tables in: create it, or mend search_path in the URL")
	}
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return nil
}

// SessionUnlock commits when the schema has the step. It is not told whether that failed, but the version says so.
func (l locker) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	var version int64
	err := conn.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&version)
	end := "COMMIT"
	if err != nil || version < l.step {
		end = "ROLLBACK"
	}
	if version > l.known {
		err = &newerError{version, l.known}
	}
	if _, ended := conn.ExecContext(ctx, end); ended != nil {
		err = errors.Join(err, fmt.Errorf("end step: %w", ended))
	}
	return err
}
