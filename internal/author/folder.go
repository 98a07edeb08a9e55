package author

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// place returns where a new folder goes, as an absolute path, and refuses one that holds anything.
func place(out string) (string, error) {
	dir, err := filepath.Abs(out)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", out, err)
	}
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	switch listed, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", fmt.Errorf("%s is no folder that can be written to: %w", out, err)
	case len(listed) > 0:
		return "", fmt.Errorf("the folder %s is not empty: nothing is ever overwritten, so name a new one", out)
	}
	if info, err := os.Stat(filepath.Dir(dir)); err != nil || !info.IsDir() {
		return "", fmt.Errorf("the folder %s, in which %s would be made, does not exist", filepath.Dir(dir), filepath.Base(dir))
	}
	return dir, nil
}

// writeFolder makes a folder from files named by their paths in it, in one step: accept is asked about the whole folder while it still
// has another name, and unless it agrees nothing is left behind.
func writeFolder(dir string, files map[string][]byte, accept func(fs.FS) error) (err error) {
	temporary, err := os.MkdirTemp(filepath.Dir(dir), ".faqbot-import-*")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(temporary) // the first error counts
		}
	}()
	for name, raw := range files {
		to := filepath.Join(temporary, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // content is for all to read
			return fmt.Errorf("make folder: %w", err)
		}
		if err := os.WriteFile(to, raw, 0o644); err != nil { //nolint:gosec // as above
			return fmt.Errorf("write content: %w", err)
		}
	}
	if err := accept(os.DirFS(temporary)); err != nil {
		return err
	}
	if err := os.Chmod(temporary, 0o755); err != nil { //nolint:gosec // as above
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is empty, or this fails
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.Rename(temporary, dir); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return nil
}
