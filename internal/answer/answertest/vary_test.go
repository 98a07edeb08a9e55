package answertest

import "testing"

func TestSwapNeighbours(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"two words": "words two", "one": "one", "": "",
		"i can't not": "i can't not", "never go": "never go", "nobody sleeps Nothing": "nobody sleeps Nothing",
	} {
		if got := SwapNeighbours(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
	const long = "i have lain awake all night"
	if once := SwapNeighbours(long); once == long || once != SwapNeighbours(long) {
		t.Errorf("%q becomes %q", long, once)
	}
}
