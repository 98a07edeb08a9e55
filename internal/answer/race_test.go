//go:build race

package answer_test

// asked is how many questions each of the concurrent askers asks.
const asked = 625
