import type { Config } from '../config/schema.ts';
import { type EchoFigures, lineEndpoint, type Media } from '../media/api.ts';

/** What a port's canceller is without being told: the engine's own defaults (media/options.ts). */
const usual = JSON.stringify({ tailMs: 64, suppress: true });

/** The echo cancellers of the ports: set up as the configuration says, and what they have told last. */
export class PortEcho {
  readonly #media: Media;
  readonly #settings = new Map<number, string>();
  readonly #figures = new Map<number, EchoFigures>();

  /** `changed`: a port's figures are other ones. */
  constructor(media: Media, changed: (port: number) => void) {
    this.#media = media;
    media.on('echo', (endpoint, figures) => {
      const port = Number(endpoint.slice('line:'.length));
      this.#figures.set(port, figures);
      changed(port);
    });
  }

  /** What the canceller of a port has found in its last call; undefined: it has had none. */
  figures(port: number): EchoFigures | undefined {
    return this.#figures.get(port);
  }

  /** Sets up what is not set up so already; it holds from the next call on. */
  configure(ports: Config['ports']): void {
    for (const { number, echoTailMs: tailMs, echoSuppressor: suppress } of ports) {
      const settings = { tailMs, suppress };
      const text = JSON.stringify(settings);
      if ((this.#settings.get(number) ?? usual) === text) continue;
      this.#settings.set(number, text);
      // A box without a card has no such port.
      this.#media.setEcho(lineEndpoint(number), settings).catch(() => {});
    }
  }
}
