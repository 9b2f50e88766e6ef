package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// What a run prints when a table is done: each figure of ours beside the baseline of the same run, their ratio, its
// limit, and `ok` or `SHORT`.
type figures struct {
	lines   []figure
	printed int
	short   bool
}

type figure struct {
	what, unit     string
	ours, baseline []float64 // of each round; the baseline may be empty
	kind           limitKind
	limit          float64
}

type limitKind int

const (
	noLimit     limitKind = iota
	ratioAtMost           // ours / baseline
	ratioAtLeast
	atMost // ours alone
	atLeast
)

func (f *figures) add(what, unit string, ours, baseline []float64, kind limitKind, limit float64) {
	f.lines = append(f.lines, figure{what, unit, ours, baseline, kind, limit})
}

func median(of []float64) float64 {
	if len(of) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(of))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func (l figure) isShort() bool {
	figure := median(l.ours)
	ratio := figure / median(l.baseline)
	switch l.kind { // so written that no number is short too
	case ratioAtMost:
		return !(ratio <= l.limit)
	case ratioAtLeast:
		return !(ratio >= l.limit)
	case atMost:
		return !(figure <= l.limit)
	case atLeast:
		return !(figure >= l.limit)
	}
	return false
}

// Prints what was not printed yet.
func (f *figures) print() {
	if f.printed == 0 {
		fmt.Printf("%-62s %10s %10s %7s %9s\n", "medians (of rounds: least to most)", "adit", "baseline", "ratio", "limit")
	}
	for _, line := range f.lines[f.printed:] {
		ratio, limit, verdict := "-", "-", ""
		if median(line.baseline) > 0 { // neither none nor 0
			ratio = fmt.Sprintf("%.2f", median(line.ours)/median(line.baseline))
		}
		if line.kind != noLimit {
			sign := "<= "
			if line.kind == ratioAtLeast || line.kind == atLeast {
				sign = ">= "
			}
			limit = sign + number(line.limit)
			if line.kind == ratioAtMost || line.kind == ratioAtLeast {
				limit += " x"
			}
			verdict = "ok"
		}
		if line.isShort() {
			verdict = "SHORT"
			f.short = true
		}
		fmt.Printf("%-62s %10s %10s %7s %9s %-5s %s\n", line.what+", "+line.unit, number(median(line.ours)),
			number(median(line.baseline)), ratio, limit, verdict, spread(line.ours, line.baseline))
	}
	f.printed = len(f.lines)
}

func spread(all ...[]float64) string {
	var words []string
	for _, rounds := range all {
		if len(rounds) > 1 {
			words = append(words, number(slices.Min(rounds))+" to "+number(slices.Max(rounds)))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "(" + strings.Join(words, "; ") + ")"
}

func number(n float64) string {
	switch {
	case math.IsNaN(n):
		return "-"
	case math.Abs(n) >= 10_000:
		text := fmt.Sprintf("%.0f", n)
		for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
			text = text[:i] + "," + text[i:]
		}
		return text
	case math.Abs(n) >= 100:
		return fmt.Sprintf("%.0f", n)
	case math.Abs(n) >= 10:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.3g", n)
}
