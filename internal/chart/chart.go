// Package chart turns figures into pictures, for reports and statistics.
//
// It knows labels and shares, and how to draw them so that they can be read on a phone, on a light or a dark page, and by a screen
// reader. It is the door of the plotting library. It must not know what the figures are about, and it reads and writes no files.
package chart

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Picture is an SVG element that stands in a page as it is: it fills the width that it is given (but a wide one does not
// shrink), has no background, and draws text
// and axes in the page's own colour (currentColor).
type Picture struct{ svg string }

// SVG returns the element; empty for the zero picture.
func (p Picture) SVG() string { return p.svg }

// Frame is what stands around the figures of a picture.
type Frame struct {
	// Alt says in words what the picture shows, for those who cannot see it. A picture without it is an error.
	Alt string
	// X and Y name the axes; empty for none.
	X, Y string
}

// errNoAlt says that a picture was asked for that only some can read.
var errNoAlt = errors.New("the picture has no text in its place")

// errNothing says that there is nothing to draw.
var errNothing = errors.New("there is nothing to draw")

const (
	// normalWidth of pictures, in points: that of a phone, so that text of the size below can still be read there. A heat map with many
	// columns is wider, and is scrolled.
	normalWidth = 360
	// square is the height of pictures whose axes are both shares.
	square = 290
	// textSize is the size of all text, in points.
	textSize = 11
	// lineWidth is the width of curves, in points.
	lineWidth = 2
)

// The colours stand out on white and on black alike (at least 3:1), and differ in lightness for those who see no hues.
func blue() color.NRGBA   { return color.NRGBA{0x3b, 0x82, 0xc4, 0xff} }
func orange() color.NRGBA { return color.NRGBA{0xd9, 0x72, 0x1f, 0xff} }
func green() color.NRGBA  { return color.NRGBA{0x1f, 0x8a, 0x5b, 0xff} }

// ink is the page's own colour, with an opacity in [0,1].
func ink(opacity float64) color.NRGBA { return color.NRGBA{A: uint8(math.Round(255 * opacity))} }

// faded returns a colour with an opacity in [0,1].
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(255 * opacity))
	return c
}

// canvas returns an empty plot in the house's style.
func canvas(f Frame) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	sans := font.Font{Typeface: "Liberation", Variant: "Sans", Size: textSize}
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = sans
		a.Tick.Label.Font = sans
		a.Color, a.Tick.Color = ink(0.5), ink(0.5)
		a.Label.Padding = vg.Points(4)
	}
	p.X.Label.Text, p.Y.Label.Text = f.X, f.Y
	p.Legend.TextStyle.Font = sans
	p.Legend.Padding = vg.Points(3)
	p.Legend.ThumbnailWidth = vg.Points(24)
	return p
}

// picture draws a plot with a width and a height in points.
func picture(p *plot.Plot, f Frame, width, height float64) (Picture, error) {
	if f.Alt == "" {
		return Picture{}, errNoAlt
	}
	c := vgsvg.New(vg.Length(width), vg.Length(height))
	// A margin keeps the last tick's label, which is centred on the edge, within the picture.
	p.Draw(draw.Crop(draw.New(c), 2, -14, 2, -6))
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return Picture{}, fmt.Errorf("write picture: %w", err)
	}
	return Picture{inPage(out.String(), f.Alt, width, height)}, nil
}

// inPage turns the library's SVG file into an element for a page.
func inPage(file, alt string, width, height float64) string {
	_, rest, _ := strings.Cut(file, "<svg")
	_, body, _ := strings.Cut(rest, ">")
	body = strings.NewReplacer(
		"stroke:#000000", "stroke:currentColor",
		"font-family:Liberation Sans;font-variant:normal;font-weight:normal;font-style:normal;", "",
		"\n\tstyle", " style",
	).Replace(body)
	least := 0.0
	if width > normalWidth {
		least = width // shrunk, its labels could not be read
	}
	return fmt.Sprintf(`<svg viewBox="0 0 %.0f %.0f" style="width:100%%;min-width:%.0fpx" role="img" aria-label="%s" fill="currentColor" `+
		`font-family="'Liberation Sans',Arial,Helvetica,sans-serif" xmlns="http://www.w3.org/2000/svg">`, width, height, least, html.EscapeString(alt)) +
		strings.TrimSpace(body)
}

// percents are the ticks of an axis of shares. Ticks of the library would say 0.2.
type percents struct{}

// Ticks marks at most six shares between lo and hi.
func (percents) Ticks(lo, hi float64) []plot.Tick {
	const most, rounding = 6, 1e-9
	step := 0.01
	for _, s := range []float64{0.02, 0.05, 0.1, 0.2} {
		if (hi-lo)/step+1 <= most+rounding {
			break
		}
		step = s
	}
	var out []plot.Tick
	for i := int(math.Ceil(lo / step)); float64(i)*step <= hi+rounding; i++ {
		v := float64(i) * step
		out = append(out, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f %%", 100*v)})
	}
	return out
}

// shares makes an axis one of shares from 0 to hi.
func shares(a *plot.Axis, hi float64) {
	a.Min, a.Max = 0, hi
	a.Tick.Marker = percents{}
}

// ceiling rounds a share up to a full tenth, so that axes end on a tick; at least one tenth, at most 1.
func ceiling(v float64) float64 {
	return min(1, max(0.1, math.Ceil(v*10-1e-9)/10))
}
