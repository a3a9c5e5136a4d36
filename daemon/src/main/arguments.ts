import { parseArgs } from 'node:util';
import { CodedError } from '../base/error.ts';

/** An address given as HOST:PORT. */
export interface HostPort {
  host: string;
  port: number;
}

/** What the daemon is told on its command line. */
export interface DaemonArguments {
  /** Where everything that must last is kept. */
  data: string;
  /** A configuration to begin with, taken only while the data folder has none. */
  config: string | undefined;
  http: HostPort;
  /** The page over HTTPS, beside HTTP; undefined: over HTTP only. */
  https: HostPort | undefined;
  sip: HostPort;
  /** Path of the line card's serial port, or tcp:HOST:PORT; undefined: as configured. */
  line: string | undefined;
  /** Folder of the built page. */
  webRoot: string | undefined;
  /** Whether the line card is the simulator's, which the page says. */
  simulated: boolean;
  /** For tests: shortens the SIP engine's T1, ms. */
  sipT1: number | undefined;
  /** DNS servers for the names of operators, in place of the system's. */
  dns: readonly string[] | undefined;
}

export const usage = `usage: linegate --data DIR [--config FILE] [--http HOST:PORT] [--https HOST:PORT] [--sip HOST:PORT] [--line PATH|tcp:HOST:PORT]
                [--web DIR] [--simulated] [--sip-t1 MS] [--dns SERVER[,SERVER]]`;

/** @throws CodedError `main/arguments` that says what would be right. */
export function readArguments(argv: readonly string[]): DaemonArguments {
  const { values } = parse(argv);
  const data = values.data;
  if (!data) throw new CodedError('main/arguments', `--data is missing\n${usage}`);
  return {
    data,
    config: values.config,
    http: hostPort('--http', values.http ?? '127.0.0.1:8080'),
    https: values.https === undefined ? undefined : hostPort('--https', values.https),
    sip: hostPort('--sip', values.sip ?? '0.0.0.0:5060'),
    line: values.line,
    webRoot: values.web,
    simulated: values.simulated ?? false,
    sipT1: values['sip-t1'] === undefined ? undefined : Number(values['sip-t1']),
    dns: values.dns?.split(','),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string' },
        config: { type: 'string' },
        http: { type: 'string' },
        https: { type: 'string' },
        sip: { type: 'string' },
        line: { type: 'string' },
        web: { type: 'string' },
        simulated: { type: 'boolean' },
        'sip-t1': { type: 'string' },
        dns: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new CodedError('main/arguments', `${(cause as Error).message}\n${usage}`, { cause });
  }
}

/** Reads HOST:PORT; an IPv6 host stands in brackets. @throws CodedError `main/arguments`. */
export function hostPort(flag: string, text: string): HostPort {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) {
    throw new CodedError('main/arguments', `${flag} takes HOST:PORT such as 127.0.0.1:8080, not '${text}'`);
  }
  return { host: match[1] ?? match[2]!, port };
}
