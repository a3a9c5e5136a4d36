/** Sound examples of everything that is fuzzed; latin1 text, one character per byte. */
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

export const sdpSeeds = [
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=rtcp:4001\r\na=sendrecv\r\n',
  'v=0\r\no=x 2 3 IN IP6 2001:db8::1\r\ns=call\r\nt=0 0\r\na=inactive\r\nm=audio 0 RTP/SAVP 0\r\nc=IN IP6 2001:db8::1\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20\r\nm=video 9 RTP/AVP 96\r\nm=image 5000 udptl t38\r\na=T38FaxVersion:0\r\n',
];

export const sipSeeds = [
  latin1(
    'INVITE sip:+78121234567@sip.example.ru;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKabc;rport, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bKdef\r\nMax-Forwards: 70\r\nRecord-Route: <sip:p1;lr>,<sip:p2;lr>\r\nFrom: "Иван \\"x\\"" <sip:100@example.ru>;tag=1\r\nTo: sip:200@example.ru\r\nCall-ID: abc@x\r\nCSeq: 17 INVITE\r\nContact: <sip:100@10.0.0.1;transport=tcp>;expires=60\r\nSupported: 100rel, timer\r\nSession-Expires: 1800;refresher=uac\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n',
  ),
  'SIP/2.0 183 Session Progress\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKabc\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>;tag=2\r\ni: x\r\nCSeq: 1 INVITE\r\nm: <sip:c@d>\r\nRSeq: 1\r\nSubject: folded\r\n value\r\nl: 0\r\n\r\n',
  'REGISTER sip:r SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:a@r>;tag=9\r\nTo: <sip:a@r>\r\nCall-ID: 1\r\nCSeq: 2 REGISTER\r\nAuthorization: Digest username="a", realm="r", nonce="n", uri="sip:r", response="0"\r\nContact: *\r\nExpires: 0\r\nContent-Length: 0\r\n\r\n',
  'NOTIFY sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK2;received=192.0.2.1;rport=5\r\nFrom: <sip:a@r>;tag=9\r\nTo: <sip:a@r>;tag=8\r\nCall-ID: 1\r\nCSeq: 2 NOTIFY\r\nEvent: refer;id=1\r\nSubscription-State: terminated;reason=noresource\r\nContent-Type: message/sipfrag\r\nContent-Length: 14\r\n\r\nSIP/2.0 200 OK',
];

export const digestSeeds = [
  'Digest realm="operator", nonce="7ypf/xlj9XXwfDPEoM4URrv", qop="auth, auth-int", algorithm=SHA-256, opaque="FQhe", stale=false,Digest realm="operator", nonce="x", qop="auth", algorithm=MD5',
  'Digest username="office", realm="linegate", nonce="abc", uri="sip:box", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, qop=auth, nc=00000001, cnonce="0a4f113b"',
  'Digest username*=UTF-8\'\'J%C3%A4s, userhash=true, realm="a\\"b\\\\c", nonce=token',
];

export const controlSeeds = [
  'id|authenticate|secret|a,b',
  'id|route|invite',
  'id|sip||call@x;from-tag=1\r\nBYE sip:placeholder SIP/2.0\r\nReason: Q.850;cause=16\r\nContent-Length: 0\r\n\r\n',
  'id|sip|2f5b|\r\nSIP/2.0 200 OK\r\nContact: <sip:localhost>\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n',
  'id|proxy|2f5b|remainInDialog|fullResponse|followRedirects|serial|2s||sip:a@b|sip:c@d\r\nINVITE sip:a@b SIP/2.0\r\n\r\n',
];
