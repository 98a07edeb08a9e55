package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg/draw"
)

const (
	rowHeight   = 17 // points from one labelled row to the next
	rowsMargin  = 46 // points above and below the rows, for the axis
	cellSize    = 19 // points of a cell of a heat map, both ways; more where there is room
	barWidth    = 10
	shades      = 16  // of a heat map
	palest      = 0.2 // opacity of the smallest count
	darkest     = 0.85
	letterWidth = textSize * 0.52 // of an average letter; names are lower case
)

// Bar is a share with its interval and its name; all in [0,1].
type Bar struct {
	Label            string
	Value, Low, High float64
}

// Bars draws a horizontal bar each, the first on top, with the intervals as lines. It fails for none.
func Bars(f Frame, bars []Bar) (Picture, error) {
	if len(bars) == 0 {
		return Picture{}, errNothing
	}
	p := canvas(f)
	var values plotter.Values
	var ends plotter.XYs
	var errs plotter.XErrors
	var labels []string
	for i, b := range slices.Backward(bars) { // the library counts from below
		values = append(values, b.Value)
		ends = append(ends, plotter.XY{X: b.Value, Y: float64(len(bars) - 1 - i)})
		errs = append(errs, struct{ Low, High float64 }{b.Low - b.Value, b.High - b.Value})
		labels = append(labels, b.Label)
	}
	chart, err := plotter.NewBarChart(values, barWidth)
	if err != nil {
		return Picture{}, fmt.Errorf("draw bars: %w", err)
	}
	chart.Horizontal, chart.Color, chart.LineStyle = true, faded(blue(), 0.75), draw.LineStyle{}
	intervals, err := plotter.NewXErrorBars(struct {
		plotter.XYs
		plotter.XErrors
	}{ends, errs})
	if err != nil {
		return Picture{}, fmt.Errorf("draw intervals: %w", err)
	}
	intervals.LineStyle, intervals.CapWidth = draw.LineStyle{Color: ink(0.8), Width: 1}, 4
	upright := grid()
	upright.Horizontal.Width = 0
	p.Add(upright, chart, intervals)
	p.NominalY(labels...)
	shares(&p.X, 1)
	p.Y.Min, p.Y.Max = -0.7, float64(len(bars))-0.3
	return picture(p, f, normalWidth, float64(rowsMargin+rowHeight*len(bars)))
}

// counts is a table of counts as the library reads it: rows from below, no value where nothing was counted.
type counts [][]int

// Dims returns columns and rows.
func (c counts) Dims() (columns, rows int) { return len(c[0]), len(c) }

// X returns the place of a column.
func (counts) X(column int) float64 { return float64(column) }

// Y returns the place of a row.
func (counts) Y(row int) float64 { return float64(row) }

// Z returns the count, or no number for none.
func (c counts) Z(column, row int) float64 {
	if n := c[len(c)-1-row][column]; n != 0 {
		return float64(n)
	}
	return math.NaN()
}

// ramp is the colours of a heat map.
type ramp struct{}

// Colors returns the shades, palest first.
func (ramp) Colors() []color.Color {
	var out []color.Color
	for i := range shades {
		out = append(out, faded(orange(), palest+(darkest-palest)*float64(i)/(shades-1)))
	}
	return out
}

// HeatMap draws a table of counts, table[row][column], the first row on top; cells without a count stay empty. It fails unless every
// row has a count for every column, and for an empty table.
func HeatMap(f Frame, rows, columns []string, table [][]int) (Picture, error) {
	if len(rows) == 0 || len(columns) == 0 {
		return Picture{}, errNothing
	}
	ragged := func(r []int) bool { return len(r) != len(columns) }
	if len(table) != len(rows) || slices.ContainsFunc(table, ragged) {
		return Picture{}, fmt.Errorf("draw heat map: the table does not have %d rows of %d columns", len(rows), len(columns))
	}
	most := 0
	for _, row := range table {
		most = max(most, slices.Max(row))
	}
	if most == 0 {
		return Picture{}, errNothing
	}
	p := canvas(f)
	cells := plotter.NewHeatMap(counts(table), ramp{})
	cells.Min, cells.Max, cells.NaN = 1, float64(max(2, most)), nil // one shade alone has no range
	numbers, err := plotter.NewLabels(cellNumbers(table))
	if err != nil {
		return Picture{}, fmt.Errorf("number the cells: %w", err)
	}
	style := p.Legend.TextStyle
	style.XAlign, style.YAlign = text.XCenter, text.YCenter
	for i := range numbers.TextStyle {
		numbers.TextStyle[i] = style
	}
	lines := grid()
	p.NominalX(columns...)
	p.NominalY(slices.Collect(backward(rows))...)
	p.Add(lines, cells, numbers)
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XRight, text.YCenter
	p.X.Min, p.X.Max = -0.5, float64(len(columns))-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(len(rows))-0.5
	wide := cellSize*float64(len(columns)) + letterWidth*float64(longest(rows)) + rowsMargin
	high := cellSize*float64(len(rows)) + letterWidth*float64(longest(columns)) + rowsMargin
	return picture(p, f, max(normalWidth, wide), high)
}

// cellNumbers returns the counts as labels in the middle of their cells.
func cellNumbers(table [][]int) plotter.XYLabels {
	var out plotter.XYLabels
	for r, row := range table {
		for c, n := range row {
			if n != 0 {
				out.XYs = append(out.XYs, plotter.XY{X: float64(c), Y: float64(len(table) - 1 - r)})
				out.Labels = append(out.Labels, strconv.Itoa(n))
			}
		}
	}
	return out
}

// backward yields the values from last to first.
func backward(in []string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, s := range slices.Backward(in) {
			if !yield(s) {
				return
			}
		}
	}
}

// longest returns the length of the longest label.
func longest(labels []string) int {
	n := 0
	for _, l := range labels {
		n = max(n, len(l))
	}
	return n
}
