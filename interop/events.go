package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"tailscale.com/derp"
	"tailscale.com/types/key"
)

// Longer packets are told by length and hash alone.
const shownBytes = 1024

// receive prints what a client receives, until it is closed or, unless it shall reconnect, until an error.
func (one *client) receive(ack, reconnect bool) {
	for {
		message, generation, err := one.http.RecvDetail()
		if one.isClosed() {
			return
		}
		if err != nil {
			one.tell(object{"event": "error", "error": err.Error()})
			if !reconnect {
				return
			}
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if ping, ok := message.(derp.PingMessage); ok && ack {
			go one.http.SendPong(ping)
		}
		event := describe(message)
		event["generation"] = generation
		one.tell(event)
	}
}

// runWatch runs the loop by which derper learns of its mesh peers' clients.
func (one *client) runWatch(running context.Context) {
	one.http.RunWatchConnectionLoop(running, key.NodePublic{}, nil,
		func(m derp.PeerPresentMessage) { one.tell(describe(m)) },
		func(m derp.PeerGoneMessage) { one.tell(describe(m)) },
		func(err error) { one.tell(object{"event": "error", "error": err.Error()}) })
}

func (one *client) tell(event object) {
	event["client"] = one.name
	say(event)
}

func describe(message derp.ReceivedMessage) object {
	switch m := message.(type) {
	case derp.ReceivedPacket:
		hash := sha256.Sum256(m.Data)
		event := object{"event": "packet", "from": m.Source.String(), "length": len(m.Data), "sha256": hex.EncodeToString(hash[:])}
		if len(m.Data) <= shownBytes {
			event["data"] = base64.StdEncoding.EncodeToString(m.Data)
		}
		return event
	case derp.PeerGoneMessage:
		return object{"event": "gone", "peer": m.Peer.String(), "reason": m.Reason}
	case derp.PeerPresentMessage:
		return object{"event": "present", "peer": m.Key.String(), "address": m.IPPort.String(), "flags": m.Flags}
	case derp.ServerInfoMessage:
		return object{"event": "serverInfo", "rate": m.TokenBucketBytesPerSecond, "burst": m.TokenBucketBytesBurst}
	case derp.HealthMessage:
		return object{"event": "health", "problem": m.Problem}
	case derp.ServerRestartingMessage:
		return object{"event": "restarting", "reconnectInMs": m.ReconnectIn.Milliseconds(), "tryForMs": m.TryFor.Milliseconds()}
	case derp.KeepAliveMessage:
		return object{"event": "keepAlive"}
	case derp.PingMessage:
		return object{"event": "ping"}
	case derp.PongMessage:
		return object{"event": "pong"}
	}
	return object{"event": "other"}
}
