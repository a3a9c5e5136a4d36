/** From chatty to grave. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One line before it is written: what a sink gets. */
export interface LogEntry {
  /** Wall-clock ms since 1970. */
  at: number;
  level: LogLevel;
  /** `sip.trunk`; empty for the root. */
  name: string;
  message: string;
  /** Secrets already taken out. */
  fields: Readonly<Record<string, unknown>>;
}

/** Where lines go. It must not throw and must not wait. */
export type LogSink = (entry: LogEntry) => void;

/** A text, or a function that makes it: called only if the line is written. */
export type LogMessage = string | (() => string);

/** Values beside the message, printed as key=value. Errors print their code and message. */
export type LogFields = Record<string, unknown>;

/** A namespaced log. */
export interface Logger {
  debug(message: LogMessage, fields?: LogFields): void;
  info(message: LogMessage, fields?: LogFields): void;
  warn(message: LogMessage, fields?: LogFields): void;
  error(message: LogMessage, fields?: LogFields): void;
  log(level: LogLevel, message: LogMessage, fields?: LogFields): void;
  /** Whether a line of this level would be written. */
  enabled(level: LogLevel): boolean;
  /** A logger whose lines begin with this name and carry these fields. */
  child(name: string, fields?: LogFields): Logger;
}

export interface LoggerOptions {
  sink: LogSink;
  /** Least level written: one for all, or per name with '' for the rest: `{ '': 'info', sip: 'debug' }`. */
  level?: LogLevel | Readonly<Record<string, LogLevel>>;
  /** Wall-clock ms; Date.now by default. */
  wall?: () => number;
}

/** The root logger; everything else is its child. */
export function createLogger(options: LoggerOptions): Logger {
  const levels = typeof options.level === 'object' ? options.level : { '': options.level ?? 'info' };
  return new NamedLogger(options.sink, levels, options.wall ?? Date.now, '', {});
}

class NamedLogger implements Logger {
  readonly #sink: LogSink;
  readonly #levels: Readonly<Record<string, LogLevel>>;
  readonly #wall: () => number;
  readonly #name: string;
  readonly #fields: LogFields;
  readonly #least: number;

  constructor(
    sink: LogSink,
    levels: Readonly<Record<string, LogLevel>>,
    wall: () => number,
    name: string,
    fields: LogFields,
  ) {
    this.#sink = sink;
    this.#levels = levels;
    this.#wall = wall;
    this.#name = name;
    this.#fields = fields;
    this.#least = logLevels.indexOf(levelFor(levels, name));
  }

  debug(message: LogMessage, fields?: LogFields): void {
    this.log('debug', message, fields);
  }

  info(message: LogMessage, fields?: LogFields): void {
    this.log('info', message, fields);
  }

  warn(message: LogMessage, fields?: LogFields): void {
    this.log('warn', message, fields);
  }

  error(message: LogMessage, fields?: LogFields): void {
    this.log('error', message, fields);
  }

  log(level: LogLevel, message: LogMessage, fields: LogFields = {}): void {
    if (!this.enabled(level)) return;
    let text: string;
    try {
      text = typeof message === 'function' ? message() : message;
    } catch (error) {
      // A log line must never be what breaks a call.
      text = `(message failed: ${error instanceof Error ? error.message : String(error)})`;
    }
    this.#sink({
      at: this.#wall(),
      level,
      name: this.#name,
      message: text,
      fields: redactFields({ ...this.#fields, ...fields }),
    });
  }

  enabled(level: LogLevel): boolean {
    return logLevels.indexOf(level) >= this.#least;
  }

  child(name: string, fields: LogFields = {}): Logger {
    const full = this.#name === '' ? name : `${this.#name}.${name}`;
    return new NamedLogger(this.#sink, this.#levels, this.#wall, full, { ...this.#fields, ...fields });
  }
}

/** The most telling name counts: `sip.trunk` before `sip` before ''. */
function levelFor(levels: Readonly<Record<string, LogLevel>>, name: string): LogLevel {
  for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const level = levels[at];
    if (level) return level;
  }
  return levels[''] ?? 'info';
}

/** Keys whose value is never written, wherever it stands. */
const secretKey = /passw|secret|privatekey|token|hmac|hash|authorization|cookie|^pins?$|digits$|^a1$|nonce/i;
const mark = '***';
const deepest = 4;

/** A copy of the fields with secrets replaced; by name, at any depth. */
export function redactFields(fields: LogFields): LogFields {
  return redacted(fields, 0) as LogFields;
}

function redacted(value: unknown, depth: number): unknown {
  if (value instanceof Error) {
    const code = (value as { code?: unknown }).code;
    return typeof code === 'string' ? `${code}: ${value.message}` : value.message;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '...';
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      secretKey.test(key) && part !== undefined && part !== '' ? mark : redacted(part, depth + 1),
    ]),
  );
}
