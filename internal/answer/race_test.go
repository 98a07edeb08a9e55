//go:build race

package answer_test

// asked is how many questions each of the concurrent askers asks.
const asked = 625

// everySwap is which part of the synonyms is tried: each.
const everySwap = 1
