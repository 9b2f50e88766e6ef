package main

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/nacl/box"
)

const (
	headerBytes = 5 // of a TLS record, and of a DERP frame
	keyBytes    = 32
	tagBytes    = 16
	appData     = 23 // TLS content type

	typeServerKey  = 1
	typeClientInfo = 2
	typeServerInfo = 3
	typeSend       = 4
	typeRecv       = 5

	connectPatience = 20 * time.Second
)

// One DERP client, taken away from crypto/tls once it is admitted: what is sent is sealed here, what comes is
// counted by the lengths of its TLS records and decrypted only where its content matters. So the driver has half
// of a relay's work for each packet, and one processor of it can overload one processor of a relay.
type client struct {
	fd        int
	public    [keyBytes]byte
	write     sealer
	read      sealer
	out       []byte // sealed records
	sent      int    // of them, bytes
	in        []byte // the beginning of a record, for decryption
	clear     []byte // the beginning of a frame, decrypted
	header    [headerBytes]byte
	headerLen int
	bodyLeft  int
	received  uint64 // bytes of frames, as long as they are not decrypted
}

// One direction of a TLS 1.3 connection with AES-128-GCM.
type sealer struct {
	aead  cipher.AEAD
	iv    [12]byte
	nonce [12]byte
	count uint64
}

func newSealer(secret []byte, count uint64) (sealer, error) {
	var s sealer
	key, err := expand(secret, "key", 16)
	if err != nil {
		return s, err
	}
	iv, err := expand(secret, "iv", 12)
	if err != nil {
		return s, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return s, err
	}
	s.aead, err = cipher.NewGCM(block)
	copy(s.iv[:], iv)
	s.count = count
	return s, err
}

// HKDF-Expand-Label of RFC 8446 §7.1, without context.
func expand(secret []byte, label string, length int) ([]byte, error) {
	full := "tls13 " + label
	info := []byte{byte(length >> 8), byte(length), byte(len(full))}
	info = append(info, full...)
	return hkdf.Expand(sha256.New, secret, string(append(info, 0)), length)
}

func (s *sealer) next() []byte {
	copy(s.nonce[:4], s.iv[:4])
	binary.BigEndian.PutUint64(s.nonce[4:], binary.BigEndian.Uint64(s.iv[4:])^s.count)
	s.count++
	return s.nonce[:]
}

// Appends a record with `frame`, which has one byte of room behind it that is the content type.
func (s *sealer) seal(to, frame []byte) []byte {
	start := len(to)
	length := len(frame) + tagBytes
	to = append(to, appData, 3, 3, byte(length>>8), byte(length))
	return s.aead.Seal(to, s.next(), frame, to[start:start+headerBytes])
}

// Decrypts a whole record in place.
func (s *sealer) open(record []byte) ([]byte, error) {
	return s.aead.Open(record[headerBytes:headerBytes], s.next(), record[headerBytes:], record[:headerBytes])
}

// Gives crypto/tls one record at a time, so that nothing of the next is inside it when we take over, and counts
// those that came since the keys of the application's data are in use.
type recordConn struct {
	net.Conn
	header   [headerBytes]byte
	have     int // of the header
	given    int // of the header, to crypto/tls
	left     int // of the body
	received uint64
	secrets  map[string][]byte
}

func (c *recordConn) Read(to []byte) (int, error) {
	if c.left == 0 && c.given == c.have {
		if _, err := io.ReadFull(c.Conn, c.header[:]); err != nil {
			return 0, err
		}
		c.have, c.given = headerBytes, 0
		c.left = int(binary.BigEndian.Uint16(c.header[3:]))
		c.received++
	}
	if c.given < c.have {
		n := copy(to, c.header[c.given:])
		c.given += n
		return n, nil
	}
	n, err := c.Conn.Read(to[:min(len(to), c.left)])
	c.left -= n
	return n, err
}

// Is told the secrets in the form of SSLKEYLOGFILE.
type keyLog struct{ conn *recordConn }

func (k keyLog) Write(line []byte) (int, error) {
	words := strings.Fields(string(line))
	if len(words) == 3 {
		secret, err := hex.DecodeString(words[2])
		if err != nil {
			return 0, err
		}
		k.conn.secrets[words[0]] = secret
		if words[0] == "SERVER_TRAFFIC_SECRET_0" {
			k.conn.received = 0
		}
	}
	return len(line), nil
}

var nextSource atomic.Uint32

// A source address of its own for each few clients: relays limit what one address may do at once.
func source() net.Addr {
	n := nextSource.Add(1)
	return &net.TCPAddr{IP: net.IPv4(127, 1+byte(n>>15)%100, byte(n>>7), 1+byte(n&63))}
}

// Connects, upgrades and proves a new key (derp §2.3, §4).
func connect(address string) (*client, error) {
	dialer := net.Dialer{LocalAddr: source(), Timeout: connectPatience}
	tcp, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer tcp.Close() // its descriptor is duplicated
	tcp.SetDeadline(time.Now().Add(connectPatience))
	records := &recordConn{Conn: tcp, secrets: map[string][]byte{}}
	config := &tls.Config{
		InsecureSkipVerify: true, // a benchmark
		MinVersion:         tls.VersionTLS13,
		CurvePreferences:   []tls.CurveID{tls.X25519},
		KeyLogWriter:       keyLog{records},
	}
	stream := tls.Client(records, config)
	if err := stream.Handshake(); err != nil {
		return nil, err
	}
	if stream.ConnectionState().CipherSuite != tls.TLS_AES_128_GCM_SHA256 {
		return nil, errors.New("the server chose another cipher than AES-128-GCM")
	}
	var written uint64
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &client{}
	copy(c.public[:], private.PublicKey().Bytes())
	fmt.Fprintf(stream, "GET /derp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n")
	written++
	reader := bufio.NewReaderSize(stream, 2048)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("upgrade: status %d", answer.StatusCode)
	}
	greeting, err := readFrame(reader, typeServerKey)
	if err != nil {
		return nil, err
	}
	if _, err := stream.Write(clientInfo(private, c.public, greeting)); err != nil {
		return nil, err
	}
	written++
	if _, err := readFrame(reader, typeServerInfo); err != nil {
		return nil, err
	}
	if reader.Buffered() != 0 {
		return nil, errors.New("the server sent more than its ServerInfo")
	}
	if c.write, err = newSealer(records.secrets["CLIENT_TRAFFIC_SECRET_0"], written); err != nil {
		return nil, err
	}
	if c.read, err = newSealer(records.secrets["SERVER_TRAFFIC_SECRET_0"], records.received); err != nil {
		return nil, err
	}
	raw, err := tcp.(*net.TCPConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	var duplicateErr error
	err = raw.Control(func(fd uintptr) { c.fd, duplicateErr = syscall.Dup(int(fd)) })
	return c, errors.Join(err, duplicateErr)
}

func clientInfo(private *ecdh.PrivateKey, public [keyBytes]byte, greeting []byte) []byte {
	var server, secret [keyBytes]byte
	copy(server[:], greeting[8:])
	copy(secret[:], private.Bytes())
	var nonce [24]byte
	rand.Read(nonce[:])
	json := []byte(`{"version":2,"CanAckPings":false}`)
	length := keyBytes + len(nonce) + len(json) + box.Overhead
	frame := []byte{typeClientInfo, 0, 0, byte(length >> 8), byte(length)}
	frame = append(append(frame, public[:]...), nonce[:]...)
	return box.Seal(frame, json, &nonce, &server, &secret)
}

func readFrame(from io.Reader, wanted byte) ([]byte, error) {
	var header [headerBytes]byte
	if _, err := io.ReadFull(from, header[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(header[1:])
	if header[0] != wanted || length > 4096 {
		return nil, fmt.Errorf("frame %d of %d bytes, expected frame %d", header[0], length, wanted)
	}
	payload := make([]byte, length)
	_, err := io.ReadFull(from, payload)
	return payload, err
}

func (c *client) close() { syscall.Close(c.fd) }

// Connects many at once; those that the server turns away try again until `patience` is over.
func connectAll(address string, count, atOnce int, patience time.Duration) ([]*client, error) {
	clients := make([]*client, count)
	failures := make(chan error, count)
	gate := make(chan struct{}, atOnce)
	until := time.Now().Add(patience)
	for i := range clients {
		go func() {
			var err error
			for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
				gate <- struct{}{}
				clients[i], err = connect(address)
				<-gate
				if err == nil || time.Now().Add(pause).After(until) {
					break
				}
				time.Sleep(pause)
			}
			failures <- err
		}()
	}
	var failure error
	for range clients {
		if err := <-failures; err != nil {
			failure = err
		}
	}
	if failure != nil {
		closeAll(clients)
	}
	return clients, failure
}

func closeAll(clients []*client) {
	for _, c := range clients {
		if c != nil {
			c.close()
		}
	}
}
