//go:build !race

package answer_test

// asked is how many questions each of the concurrent askers asks: a few, where no race can be seen.
const asked = 5

// everySwap is which part of the synonyms is tried: all of them.
const everySwap = 1
