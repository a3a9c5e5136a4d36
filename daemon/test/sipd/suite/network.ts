/**
 * The network that drachtio-srf's own tests expect docker to make: a drachtio-server, a second one, and SIPp
 * with a scenario at each of a dozen names. Here every container is a loopback address of its own, every
 * drachtio-server our engine, and SIPp is Debian's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TimerConfig } from '../../../src/sipd/config.ts';
import { type Engine, start } from '../../../src/sipd/engine.ts';
import { whenBound } from '../../peers/process.ts';
import { type Any, SECRET } from '../kit.ts';

/** drachtio-srf's test folder, as the package ships it. */
export const SUITE = join(
  dirname(createRequire(import.meta.url).resolve('drachtio-srf/package.json')),
  'test',
);

/** The subnet that stands in the suite's sources; here it is one of 127.0.0.0/8. */
export const SUBNET = '172.29.';
/** The host part of containers that the suite starts by name while it runs. */
const NAMED = '0.99';
/** No SIPp lives longer, should the test be killed. */
const LIFE = '90s';

interface Service {
  name: string;
  /** Last two bytes of the address. */
  host: string;
  /** SIPp's scenario; undefined: a drachtio-server. */
  scenario: string | undefined;
}

/** The services of the suite's docker-compose file: two spaces before a name, more before what it has. */
async function services(): Promise<Service[]> {
  const text = await readFile(join(SUITE, 'docker-compose-testbed.yaml'), 'utf8');
  return text
    .slice(text.indexOf('services:'))
    .split(/\n {2}(?=[\w-]+:\n)/)
    .slice(1)
    .map((block) => ({
      name: block.slice(0, block.indexOf(':')),
      host: /ipv4_address: 172\.29\.(\d+\.\d+)/.exec(block)![1]!,
      scenario: /command: sipp -sf \/tmp\/(\S+)/.exec(block)?.[1],
    }));
}

export interface Network {
  /** What the process of the suite needs to know. */
  env: NodeJS.ProcessEnv;
  engines: Map<string, Engine>;
}

/** Starts what a file of the suite needs of the network; it ends with the test. `timers` are the engines'. */
export async function startNetwork(
  t: Any,
  file: string,
  timers: Partial<TimerConfig> = {},
): Promise<Network> {
  const all = await services();
  const source = await readFile(join(SUITE, file), 'utf8');
  const called = all.filter((s) => source.includes(s.name) || source.includes(SUBNET + s.host));
  // A subnet of our own, so that several of these run side by side: the first that can be bound.
  for (let attempt = 0; ; attempt++) {
    const subnet = `127.${2 + Math.floor(Math.random() * 250)}.`;
    const engines = new Map<string, Engine>();
    try {
      for (const s of all.filter((each) => !each.scenario))
        engines.set(s.name, await engine(subnet, s, all, timers));
    } catch (e) {
      for (const started of engines.values()) await started.close();
      if (attempt < 5 && (e as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw e;
    }
    t.teardown(() => Promise.all([...engines.values()].map((e) => e.close())));
    // Not the test's own folder, which a second run of the same test at the same time would empty.
    const folder = await mkdtemp(join(tmpdir(), 'linegate-suite-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    await scenarios(folder, subnet);
    await Promise.all(called.map((s) => s.scenario && sipp(t, folder, subnet + s.host, s.scenario)));
    const control: Record<string, object> = {};
    for (const [name, e] of engines) {
      const watched = await watch(t, e.control);
      control[name] = { ...watched.control, secret: SECRET };
      if (name === 'drachtio-sut') await docker(t, folder, subnet, e, watched);
    }
    return {
      engines,
      env: {
        ...process.env,
        PATH: `${folder}:${process.env.PATH}`,
        SUITE_SUBNET: subnet,
        SUITE_CONTROL: JSON.stringify(control),
      },
    };
  }
}

function engine(subnet: string, at: Service, all: Service[], timers: Partial<TimerConfig>): Promise<Engine> {
  const host = subnet + at.host;
  const byName = new Map(all.map((s) => [s.name, subnet + s.host]));
  return start(
    {
      listen: [
        { transport: 'udp', host, port: 5060 },
        { transport: 'tcp', host, port: 5060 },
      ],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      timers,
    },
    {
      // Docker's own name service knows addresses only.
      dns: {
        naptr: async () => [],
        srv: async () => [],
        addresses: async (name, family) => (family === 4 ? [byName.get(name) ?? subnet + NAMED] : []),
      },
    },
  );
}

interface Watched {
  /** Where applications connect. */
  control: { host: string; port: number };
  /** Resolves when an application is connected whose first route has been confirmed. */
  routed(): Promise<void>;
}

/**
 * Stands before a control port: most of the suite's applications do not wait until their route is confirmed, and
 * a container takes longer to start than our SIPp.
 */
async function watch(t: Any, control: { host: string; port: number }): Promise<Watched> {
  const served = new Set<Socket>();
  let waiting: (() => void)[] = [];
  const server = createServer((application) => {
    const engine = connect(control);
    let asked = false;
    application.on('data', (bytes) => {
      asked ||= bytes.includes('|route|');
      engine.write(bytes);
    });
    engine.on('data', (bytes) => {
      application.write(bytes);
      if (!asked) return;
      served.add(application);
      for (const go of waiting) go();
      waiting = [];
    });
    for (const [one, other] of [
      [application, engine],
      [engine, application],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        served.delete(application);
        other.destroy();
      });
    }
  });
  return {
    control: await listening(t, server),
    async routed() {
      // The last application's end may be waiting to be read.
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (served.size === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

async function listening(t: Any, server: Server): Promise<{ host: string; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port };
}

/** The suite's scenarios, with our addresses in them. */
async function scenarios(folder: string, subnet: string): Promise<void> {
  const from = join(SUITE, 'scenarios');
  await mkdir(join(folder, 'scenarios'));
  for (const name of (await readdir(from)).filter((each) => each.endsWith('.xml'))) {
    const text = await readFile(join(from, name), 'utf8');
    // XML allows no < in an attribute, and the SIPp that Debian has takes > for the end of the element.
    const whole = text.replace(/regexp="<(.*)>"/g, 'regexp="&lt;$1&gt;"');
    // Nothing is lost here that a call would have to stay for, and a third of a second is late as well.
    const brief = whole
      .replaceAll('<timewait milliseconds="4000"/>', '<timewait milliseconds="20"/>')
      .replaceAll(/<pause milliseconds="1\d00"\/>/g, '<pause milliseconds="300"/>');
    await writeFile(join(folder, 'scenarios', name), brief.replaceAll(SUBNET, subnet));
  }
}

async function sipp(t: Any, folder: string, host: string, scenario: string): Promise<void> {
  const file = join(folder, 'scenarios', scenario);
  const child: ChildProcess = spawn(
    'sipp',
    ['-sf', file, '-i', host, '-p', '5060', '-nostdin', '-timeout', LIFE],
    {
      stdio: 'ignore',
      cwd: folder,
    },
  );
  t.teardown(() => child.kill('SIGKILL'));
  await whenBound('udp', 5060, 5000, host);
}

/** `docker` and `docker-compose` for the suite's PATH: the first runs SIPp, the second has nothing left to do. */
async function docker(t: Any, folder: string, subnet: string, sut: Engine, watched: Watched): Promise<void> {
  const { host, port } = sut.sip[0]!;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    void watched.routed().then(() => socket.end('go\n'));
  });
  const gate = await listening(t, server);
  const shim = `#!/bin/bash
# docker run [--name NAME] IMAGE sipp ARGUMENTS
while [ "$1" != sipp ]; do
  [ "$1" != --name ] || address=${subnet}${NAMED}
  shift
done
shift
arguments=()
for a in "$@"; do
  case $a in
    250ms) a=1ms ;;
    /tmp/scenarios/*) a=${folder}\${a#/tmp} ;;
    drachtio-sut) a=${host}:${port} ;;
  esac
  arguments+=("$a")
done
exec 3<>/dev/tcp/${gate.host}/${gate.port}
read -r -t 20 -u 3
exec 3>&-
# A container takes longer to end as well: what SIPp sent last is to reach the application before it hangs up.
case $* in *subscribe*) trap 'status=$?; sleep 0.7; exit $status' EXIT ;; esac
sipp -i "\${address:-${subnet}$((1 + $$ / 250 % 250)).$((1 + $$ % 250))}" -p 5060 -timeout ${LIFE} "\${arguments[@]}"
`;
  for (const [name, text] of [
    ['docker', shim],
    ['docker-compose', '#!/bin/sh\nexit 0\n'],
  ] as const) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
}
