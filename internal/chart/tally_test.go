package chart

import (
	"bytes"
	"image/color"
	"image/png"
	"testing"
)

// TestTallies: the longest bar is the first, and the picture can be read on any ground.
func TestTallies(t *testing.T) {
	t.Parallel()
	raw, err := Tallies(Frame{Alt: "what was asked"}, []Tally{{"faq/duration", 40}, {"symptoms/sleep/vivid-dreams", 12}, {"coping/cravings", 5}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); b.Dx() != 2*tallyWidth || b.Dy() < 100 {
		t.Errorf("%v", b)
	}
	if r, g, b, a := m.At(0, 0).RGBA(); r != 0xffff || g != 0xffff || b != 0xffff || a != 0xffff {
		t.Error("the ground is not white")
	}
	blues := func(from, to int) int {
		n := 0
		for y := from; y < to; y++ {
			for x := range m.Bounds().Dx() {
				if color.NRGBAModel.Convert(m.At(x, y)) == color.Color(blue()) {
					n++
				}
			}
		}
		return n
	}
	high := m.Bounds().Dy()
	if top, bottom := blues(0, high/3), blues(2*high/3, high); top < 4*bottom || bottom == 0 {
		t.Errorf("%d blue dots above, %d below", top, bottom)
	}
}

func TestTalliesNothing(t *testing.T) {
	t.Parallel()
	for _, list := range [][]Tally{nil, {{"a", -1}}} {
		if _, err := Tallies(Frame{Alt: "x"}, list); err == nil {
			t.Errorf("%v was drawn", list)
		}
	}
	if _, err := Tallies(Frame{}, []Tally{{"a", 1}}); err == nil {
		t.Error("drawn without a text in its place")
	}
	if _, err := Tallies(Frame{Alt: "x"}, []Tally{{"a", 0}}); err != nil {
		t.Error(err)
	}
}
