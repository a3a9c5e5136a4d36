import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavFile } from '../kit/wav.ts';
import { freeTcpPort, freeUdpPort, type Peer, startPeer, whenBound } from './process.ts';

/** What baresip tells over its control socket. */
export interface BaresipEvent {
  /** `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, `REGISTER_OK`, `CALL_DTMF_START`... */
  type: string;
  param: string;
  peeruri: string;
}

export interface BaresipOptions {
  /** User part of its address; calls to it must name this user. */
  user: string;
  password?: string;
  /** It registers there, `host:port`. */
  registrar?: string;
  /** Calls are answered at once. */
  autoAnswer?: boolean;
  /** `echo` sends back what it hears; `sine:440` that tone at -10 dBm0; a path: that WAV file (8 kHz mono). */
  audio?: 'echo' | `sine:${number}` | `/${string}`;
  codecs?: readonly ('PCMA' | 'PCMU')[];
  transport?: 'udp' | 'tcp';
  /** It takes TLS on the port after {@link Baresip.port} with these, and SRTP is a must in its calls. */
  secure?: { key: string; cert: string };
}

interface Test {
  teardown(fn: () => unknown): void;
}

/** A foreign SIP telephone of Debian's baresip-core. */
export class Baresip {
  readonly port: number;
  readonly peer: Peer;
  readonly events: BaresipEvent[] = [];
  readonly #folder: string;
  readonly #autoAnswer: boolean;
  readonly #control: Socket;
  #received = '';
  #answers = new Map<string, (answer: { ok: boolean; data: string }) => void>();
  #waiting = new Set<() => void>();
  #token = 0;

  private constructor(peer: Peer, control: Socket, port: number, folder: string, autoAnswer: boolean) {
    this.#autoAnswer = autoAnswer;
    this.peer = peer;
    this.port = port;
    this.#folder = folder;
    this.#control = control;
    control.setEncoding('latin1');
    control.on('data', (text: string) => this.#take(text));
    control.on('error', () => {});
  }

  /** Starts it in a folder of its own and waits until it listens. */
  static async start(t: Test, options: BaresipOptions): Promise<Baresip> {
    // baresip cuts paths at 128 characters, so a folder beside the test is too deep for it.
    const folder = await mkdtemp(join(tmpdir(), 'baresip-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const port = await freePair();
    const control = await freeTcpPort();
    const audio = options.audio ?? 'echo';
    // The same bridge as source and player is a loop. A generator of baresip's own knows 48 kHz only.
    const sine = audio.startsWith('sine:') ? join(folder, 'tone.wav') : undefined;
    if (sine) await writeFile(sine, toneFile(Number(audio.slice(5)), 30));
    const source = audio === 'echo' ? 'aubridge,loop' : `aufile,${sine ?? audio}`;
    const { secure } = options;
    const pem = join(folder, 'identity.pem');
    if (secure) await writeFile(pem, `${secure.key}\n${secure.cert}\n`);
    const modules = [
      ...(secure ? ['srtp'] : []),
      'g711',
      'aubridge',
      'aufile',
      'sndfile',
      'account',
      'menu',
      'ctrl_tcp',
    ];
    await writeFile(
      join(folder, 'config'),
      [
        `sip_listen 127.0.0.1:${port}`,
        'net_interface 127.0.0.1',
        ...(secure ? [`sip_certificate ${pem}`] : []),
        'audio_player aubridge,loop',
        `audio_source ${source}`,
        'audio_alert aubridge,alert',
        'jitter_buffer_delay 1-5',
        'call_max_calls 10',
        `snd_path ${folder}`,
        'module_path /usr/lib/baresip/modules',
        ...modules.map(
          (name) => `${['account', 'menu', 'ctrl_tcp'].includes(name) ? 'module_app' : 'module'} ${name}.so`,
        ),
        `ctrl_tcp_listen 127.0.0.1:${control}`,
        '',
      ].join('\n'),
    );
    const codecs = (options.codecs ?? ['PCMA', 'PCMU']).map((name) => `${name}/8000/1`).join(',');
    const parts = [
      `<sip:${options.user}@${options.registrar ?? `127.0.0.1:${port}`};transport=${options.transport ?? 'udp'}>`,
      `regint=${options.registrar ? 60 : 0}`,
      ...(options.password === undefined
        ? []
        : [`auth_user=${options.user}`, `auth_pass=${options.password}`]),
      `answermode=${(options.autoAnswer ?? true) ? 'auto' : 'manual'}`,
      `audio_codecs=${codecs}`,
      'dtmfmode=rtpevent',
      ...(secure ? ['mediaenc=srtp-mand'] : []),
    ];
    await writeFile(join(folder, 'accounts'), `${parts.join(';')}\n`);
    await writeFile(join(folder, 'contacts'), '\n');
    const peer = startPeer(t, 'baresip', ['-4', '-f', folder], { cwd: folder });
    const socket = await Promise.race([
      whenBound('tcp', control).then(() => connect(control, '127.0.0.1')),
      peer.exited.then((code) => {
        throw new Error(`baresip ended with ${code}\n${peer.output().slice(-2000)}`);
      }),
    ]);
    t.teardown(() => socket.destroy());
    return new Baresip(peer, socket, port, folder, options.autoAnswer ?? true);
  }

  /**
   * Makes it an account at `registrar` (`host:port`), which it uses from now on, and waits until that has taken it.
   * `more` is put behind the address (`;transport=tls`), `parameters` are those of the account (`mediaenc=srtp-mand`).
   * This baresip cannot read a challenge of SHA-256, which it may be offered at first: it asks again.
   */
  async register(
    registrar: string,
    user: string,
    password: string,
    more = '',
    parameters: readonly string[] = [],
  ): Promise<void> {
    const aor = `sip:${user}@${registrar}`;
    const parts = [`<${aor}${more}>`, 'regint=60', `auth_user=${user}`, `auth_pass=${password}`];
    const rest = [
      `answermode=${this.#autoAnswer ? 'auto' : 'manual'}`,
      'audio_codecs=PCMA/8000/1,PCMU/8000/1',
      'dtmfmode=rtpevent',
      ...parameters,
    ];
    for (let tries = 0; ; tries++) {
      const before = this.events.length;
      await this.command('uanew', [...parts, ...rest].join(';'));
      const answer = await this.event('REGISTER_', 5000, before);
      if (answer.type === 'REGISTER_OK') break;
      if (tries === 2) throw new Error(`not registered: ${answer.param}\n${this.peer.output().slice(-1500)}`);
      await this.command('uadel', aor);
    }
    await this.command('uafind', aor);
  }

  /** Runs one of its commands (`dial`, `accept`, `hangup`, `hold`, `resume`, `sndcode`...). */
  command(command: string, params = ''): Promise<{ ok: boolean; data: string }> {
    const token = String(++this.#token);
    const text = JSON.stringify({ command, params, token });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`baresip did not carry out ${command}`)), 5000);
      this.#answers.set(token, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      // Netstrings: `12:hello world!,`.
      this.#control.write(`${Buffer.byteLength(text)}:${text},`);
    });
  }

  /** Waits for an event whose type begins so; those that came before count, from the one numbered `since` on. */
  async event(type: string, ms = 5000, since = 0): Promise<BaresipEvent> {
    const end = performance.now() + ms;
    for (;;) {
      const found = this.events.find(
        (event, i) => i >= since && event.type.startsWith(type) && !/REGISTERING|UNREGISTER/.test(event.type),
      );
      if (found) return found;
      const left = end - performance.now();
      if (left <= 0)
        throw new Error(
          `no ${type} within ${ms} ms; came: ${this.events.map((e) => e.type).join(' ')}\n${this.peer.output().slice(-1500)}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** WAV files of what it sent (`enc`) and heard (`dec`), written when a call ends. */
  async recordings(): Promise<string[]> {
    return (await readdir(this.#folder))
      .filter((name) => name.endsWith('.wav'))
      .map((name) => join(this.#folder, name));
  }

  #take(text: string): void {
    this.#received += text;
    for (;;) {
      const colon = this.#received.indexOf(':');
      const length = Number(this.#received.slice(0, colon));
      if (colon < 1 || !Number.isInteger(length) || this.#received.length < colon + length + 2) return;
      const message = JSON.parse(this.#received.slice(colon + 1, colon + 1 + length)) as Record<
        string,
        unknown
      >;
      this.#received = this.#received.slice(colon + length + 2);
      if (message.response) {
        this.#answers.get(String(message.token))?.({
          ok: message.ok === true,
          data: String(message.data ?? ''),
        });
        this.#answers.delete(String(message.token));
      } else if (message.event) {
        this.events.push({
          type: String(message.type),
          param: String(message.param ?? ''),
          peeruri: String(message.peeruri ?? ''),
        });
        for (const wake of [...this.#waiting]) wake();
      }
    }
  }
}

/** A port that is free for UDP and TCP; it takes the one above for TLS too. */
async function freePair(): Promise<number> {
  for (let tries = 0; ; tries++) {
    const port = await freeUdpPort();
    const free = await Promise.all(
      [port, port + 1].map(
        (p) =>
          new Promise<boolean>((resolve) => {
            const server = createServer();
            server.once('error', () => resolve(false));
            server.listen(p, '127.0.0.1', () => server.close(() => resolve(true)));
          }),
      ),
    );
    if (free.every(Boolean) || tries === 10) return port;
  }
}

/** A WAV file, 8 kHz mono 16 bit, with a sine of -10 dBm0 (full scale is +3.14 dBm0). */
function toneFile(frequency: number, seconds: number): Buffer {
  const peak = 32768 * 10 ** ((-10 - 3.14) / 20);
  return wavFile(
    Int16Array.from({ length: 8000 * seconds }, (_, i) =>
      Math.round(peak * Math.sin((2 * Math.PI * frequency * i) / 8000)),
    ),
  );
}
