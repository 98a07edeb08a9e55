//go:build !race

package answer_test

// asked is how many questions each of the concurrent askers asks: a few, where no race can be seen.
const asked = 10
