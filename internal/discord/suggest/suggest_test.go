package suggest

import (
	"slices"
	"testing"
)

// TestCommand: Discord shows the command to those who may delete others' messages, in servers alone.
func TestCommand(t *testing.T) {
	t.Parallel()
	c := New(Config{}).Tool().Commands[0]
	if c.Type != 3 || c.Permissions != "8192" || c.Description != "" || !slices.Equal(c.Contexts, []int{0}) || !slices.Equal(c.IntegrationTypes, []int{0}) {
		t.Errorf("%+v", c)
	}
}
