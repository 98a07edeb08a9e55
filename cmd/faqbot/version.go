package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"faqbot/internal/encoder"
)

// version is set by the linker in releases: -ldflags "-X main.version=v1.2.3". Nothing else writes it.
var version string

// shownDigits is how much of a hash is shown.
const shownDigits = 12

type versionCmd struct{ contentFlags }

// Help is shown by --help.
func (versionCmd) Help() string {
	return `Says the version, the version of Go, the hash of the content and that of the sentence encoder.

Example:

    faqbot version`
}

// Run prints.
func (c *versionCmd) Run(p *program) error {
	_, lib, err := p.load(c.contentFlags)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "faqbot  %s\ngo      %s\ncontent %s\nencoder %s\n", buildVersion(), runtime.Version(), lib.Hash()[:shownDigits], encoder.Hash()[:shownDigits])
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// buildVersion returns the linker's version, else what the Go tool recorded: the module's version, or the revision it was built from.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	if v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return v + " " + s.Value[:min(shownDigits, len(s.Value))]
		}
	}
	return v
}
