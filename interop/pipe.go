package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strconv"

	"golang.org/x/net/proxy"
)

// sink ADDRESS: takes one TCP connection to its end and tells what came.
func sink(words []string) error {
	listener, err := net.Listen("tcp", words[0])
	if err != nil {
		return err
	}
	say(object{"listening": listener.Addr().String()})
	connection, err := listener.Accept()
	if err != nil {
		return err
	}
	hash := sha256.New()
	length, err := io.Copy(hash, connection)
	if err != nil {
		return err
	}
	say(object{"length": length, "sha256": hex.EncodeToString(hash.Sum(nil))})
	return connection.Close()
}

// pour SOCKS-ADDRESS ADDRESS SIZE: sends so many bytes, each the one before it plus one, through a SOCKS5 proxy.
func pour(words []string) error {
	size, err := strconv.Atoi(words[2])
	if err != nil {
		return err
	}
	dialer, err := proxy.SOCKS5("tcp", words[0], nil, proxy.Direct)
	if err != nil {
		return err
	}
	connection, err := dialer.Dial("tcp", words[1])
	if err != nil {
		return fmt.Errorf("%s by %s: %w", words[1], words[0], err)
	}
	if _, err := connection.Write(counting(size)); err != nil {
		return err
	}
	return connection.Close()
}

func counting(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i)
	}
	return data
}
