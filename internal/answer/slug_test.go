package answer

import "testing"

// TestSlug: ids are stored, so that names must go on giving the same.
func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Samaritans": "samaritans", "NHS 111 (option 2)": "nhs-111-option-2", "日本": "crisis"} {
		if got := slug(name, "crisis"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
