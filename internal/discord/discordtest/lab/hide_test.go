package lab

import "testing"

func TestHideable(t *testing.T) {
	t.Parallel()
	const (
		menu  = `{"components":[{"type":3,"custom_id":"m"}]}`
		menus = menu + "," + menu + "," + menu + "," + menu
	)
	for _, c := range []struct {
		message string
		want    bool
	}{
		{`{"flags":64,"content":"x"}`, false},
		{`{"flags":0,"content":"x"}`, true},
		{`{"flags":64,"content":"Put away."}`, true},
		{`{"flags":64,"components":7}`, false},
		{`{"flags":64,"components":[` + menus + `]}`, false},
		{`{"flags":64,"components":[` + menus + `,` + menu + `]}`, true},
		{`{"flags":64,"components":[` + menus + `,{"components":[{"type":2,"custom_id":"b"}]}]}`, false},
		{`{"flags":64,"components":[{"components":[{"type":2},{"type":2,"custom_id":"dismiss"}]}]}`, true},
		{`{"flags":64,"components":[{"components":[{"type":2,"custom_id":"dismiss/somebody-else-s"}]}]}`, false},
	} {
		if got := Hideable([]byte(c.message)) == nil; got != c.want {
			t.Errorf("%s: %t", c.message, got)
		}
	}
}
