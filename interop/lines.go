package main

import (
	"bufio"
	"encoding/json"
	"os"
	"sync"
)

// object is one line of JSON.
type object map[string]any

var outLock sync.Mutex

// say prints one line. Safe from any goroutine.
func say(line object) {
	outLock.Lock()
	defer outLock.Unlock()
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(text, '\n'))
}

// read hands over each line of standard input until it ends.
func read[T any](handle func(T)) error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var command T
		if err := json.Unmarshal(lines.Bytes(), &command); err != nil {
			return err
		}
		handle(command)
	}
	return lines.Err()
}
