package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// metric adds up all series of one name on a page of Prometheus' text format.
func metric(url, name string) (object, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	found, sum := false, 0.0
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		series, value, _ := strings.Cut(lines.Text(), " ")
		if before, _, _ := strings.Cut(series, "{"); before != name {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, err
		}
		found, sum = true, sum+number
	}
	if !found {
		return nil, fmt.Errorf("%s has no %s", url, name)
	}
	return object{"value": int64(sum)}, nil
}
