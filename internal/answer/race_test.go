//go:build race

package answer_test

// asked is how many questions each of the concurrent askers asks.
const asked = 625

// everySwap is which part of the synonyms is tried: one in so many, for all is slow here.
const everySwap = 12
