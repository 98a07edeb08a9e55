// Package golden plays scenarios that stand in files, and compares what comes of them with what stands there too.
//
// It knows the form of these files and nothing of what is played. It does not import testing.
package golden

import (
	"os"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Test is what is needed of a testing.TB.
type Test interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// Section is what came of a scenario, by the name that it has in the file. An empty one has no place there.
type Section struct{ Name, Text string }

// updates reports whether what is expected is written anew, in place of being compared.
func updates() bool { return os.Getenv("UPDATE_GOLDEN") != "" }

// Play has the first section of a file played, and compares what comes of it with the file's other sections; or writes these anew.
func Play(t Test, file string, play func(script string) []Section) {
	t.Helper()
	raw, err := os.ReadFile(file) //nolint:gosec // a test names it
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(raw)
	if len(archive.Files) == 0 {
		t.Fatal(file, " has no section")
	}
	section := map[string]string{}
	for _, f := range archive.Files {
		section[f.Name] = string(f.Data)
	}
	got := play(string(archive.Files[0].Data))
	if updates() {
		write(t, file, archive, got)
		return
	}
	for _, s := range got {
		if diff := cmp.Diff(section[s.Name], s.Text); diff != "" {
			t.Errorf("%s (-want +got), UPDATE_GOLDEN=1 rewrites it:\n%s", s.Name, diff)
		}
	}
}

// write writes sections anew behind the first.
func write(t Test, file string, archive *txtar.Archive, got []Section) {
	t.Helper()
	archive.Files = archive.Files[:1]
	for _, s := range got {
		if s.Text != "" {
			archive.Files = append(archive.Files, txtar.File{Name: s.Name, Data: []byte(s.Text)})
		}
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil { //nolint:gosec // a test names it
		t.Fatal(err)
	}
}
