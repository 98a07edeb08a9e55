package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// State is what Inspect finds: the kind of a database, the version of its schema, 0 where it has none yet or there is no file, and the
// version that this program needs.
type State struct {
	Kind            string
	Version, Latest int64
}

// Inspect looks at the database at an address as Open would find it, and changes nothing: it makes neither a file nor a schema. Of a file
// that is not there it fails unless one can be made. It does not find out whether a database that is there can be written.
func Inspect(ctx context.Context, address string) (State, error) {
	const verb = "inspect database"
	if !strings.Contains(address, "://") && address != "" {
		if _, err := os.Stat(address); errors.Is(err, fs.ErrNotExist) {
			f, err := os.CreateTemp(filepath.Dir(address), ".faqbot-*")
			if err != nil {
				return State{}, fileError(verb, address, err)
			}
			return State{Kind: KindSQLite, Latest: latest}, errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	s, err := connect(address)
	if err != nil {
		return State{}, err
	}
	found := State{Kind: s.kind, Latest: latest}
	there := `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if s.kind == KindPostgreSQL {
		there = `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'goose_db_version'`
	}
	var tables int
	err = s.reader.QueryRowContext(ctx, there).Scan(&tables)
	if err == nil && tables > 0 {
		var version sql.NullInt64
		err = s.reader.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version`).Scan(&version)
		found.Version = version.Int64
	}
	return found, errors.Join(s.explain(verb, err), s.Close())
}
