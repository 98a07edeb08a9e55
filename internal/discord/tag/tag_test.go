package tag

import (
	"strings"
	"testing"
)

// TestTags: a tag is known by its key and name alone, and two of one name look unrelated.
func TestTags(t *testing.T) {
	t.Parallel()
	a, b := NewKey("one token"), NewKey("another")
	const me, other = "123456789012345678", "223456789012345678"
	tag := a.Of("1", me)
	if !a.Names(tag, me) || a.Names(tag, other) || b.Names(tag, me) || a.Names("", me) || a.Names(me, me) || a.Names("1.", me) || a.Names(a.Of("1", ""), "") {
		t.Error("a tag belongs to its name alone")
	}
	if strings.Contains(tag, me) || strings.TrimPrefix(tag, "1.") == strings.TrimPrefix(a.Of("2", me), "2.") {
		t.Errorf("the tag %q tells its name", tag)
	}
	if n := len(a.Of(strings.Repeat("1", 20), me)); n != 37 { // two of them fit into a button's id
		t.Errorf("%d characters", n)
	}
}
