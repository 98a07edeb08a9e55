package chart

import (
	"bytes"
	"fmt"
	"image/color"
	"strconv"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

const (
	// tallyWidth is that of a picture of counts, in points; a chat shows it as wide as a phone.
	tallyWidth = 460
	// sharpness is the pixels of an inch: twice those of a point, for screens that have so many.
	sharpness = 144
	// headroom is the part of the axis behind the longest bar, where its number stands.
	headroom = 0.12
)

// Tally is how often something was counted, and its name.
type Tally struct {
	Label string
	N     int
}

// Tallies draws a horizontal bar each, the first on top, with its number, as a PNG with a white ground: a chat gives a picture neither
// the page's ground nor its colour. It fails for none, for less than nothing, and without a text in the picture's place, which is for the
// caller to hand on: a PNG cannot hold it.
func Tallies(f Frame, list []Tally) ([]byte, error) {
	switch {
	case f.Alt == "":
		return nil, errNoAlt
	case len(list) == 0:
		return nil, errNothing
	}
	values := make(plotter.Values, len(list))
	labels := make([]string, len(list))
	numbers := plotter.XYLabels{XYs: make(plotter.XYs, len(list)), Labels: make([]string, len(list))}
	most := 1
	for i, t := range list {
		if t.N < 0 {
			return nil, fmt.Errorf("draw tallies: %d is no count", t.N)
		}
		row := len(list) - 1 - i // the library counts from below
		values[row], labels[row] = float64(t.N), t.Label
		numbers.XYs[row], numbers.Labels[row] = plotter.XY{X: float64(t.N), Y: float64(row)}, " "+strconv.Itoa(t.N)
		most = max(most, t.N)
	}
	bars, err := plotter.NewBarChart(values, barWidth)
	if err != nil {
		return nil, fmt.Errorf("draw tallies: %w", err)
	}
	bars.Horizontal, bars.Color, bars.LineStyle = true, blue(), draw.LineStyle{}
	figures, err := plotter.NewLabels(numbers)
	if err != nil {
		return nil, fmt.Errorf("number the bars: %w", err)
	}
	p := canvas(f)
	p.BackgroundColor = color.White
	style := p.Legend.TextStyle
	style.YAlign = text.YCenter
	for i := range figures.TextStyle {
		figures.TextStyle[i] = style
	}
	p.Add(bars, figures)
	p.NominalY(labels...)
	p.HideX()
	p.X.Min, p.X.Max = 0, float64(most)*(1+headroom)
	p.Y.Min, p.Y.Max = -0.7, float64(len(list))-0.3
	c := vgimg.NewWith(vgimg.UseWH(tallyWidth, vg.Length(rowHeight*(len(list)+1))), vgimg.UseDPI(sharpness))
	p.Draw(draw.Crop(draw.New(c), 4, -4, 4, -4))
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write picture: %w", err)
	}
	return out.Bytes(), nil
}
