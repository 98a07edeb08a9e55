package evaluate

import (
	"io"

	"github.com/schollz/progressbar/v3"
)

// NewProgress returns a func that moves a progress bar on by one of n, and one that takes the bar away. The writer should be a
// terminal, for the bar is written over and over.
func NewProgress(w io.Writer, n int) (done, finish func()) {
	bar := progressbar.NewOptions(n,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("asking"),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(),
	)
	// A bar that cannot be written is no reason to stop.
	return func() { _ = bar.Add(1) }, func() { _ = bar.Clear() }
}
