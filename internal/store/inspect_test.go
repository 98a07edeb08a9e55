package store

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, address string) {
		ctx := t.Context()
		s, err := connect(address)
		ok(t, err)
		kind := s.kind
		is(t, State{kind, 0, latest})(Inspect(ctx, address))
		ok(t, s.migrate(ctx, 1))
		is(t, State{kind, 1, latest})(Inspect(ctx, address))
		is(t, []int64{0, 1})(versions(t, s), nil)
		ok(t, s.Close())
		open(t, address)
		is(t, State{kind, latest, latest})(Inspect(ctx, address))
	})
}

// TestInspectMakesNothing shows that looking leaves no file behind.
func TestInspectMakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	is(t, State{KindSQLite, 0, latest})(Inspect(t.Context(), filepath.Join(dir, "none.db")))
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	for address, want := range map[string]string{
		filepath.Join(dir, "no folder", "none.db"): "folder that there is", "": "the address must be", "mysql://x": "no kind of database", dir: "it is no file",
	} {
		_, err := Inspect(t.Context(), address)
		says(t, err, want)
	}
	broken := filepath.Join(dir, "broken.db")
	ok(t, os.WriteFile(broken, []byte("this is no database, and long enough to be looked at as one ............................................"), 0o600))
	_, err = Inspect(t.Context(), broken)
	says(t, err, "inspect database", "damaged")
}
