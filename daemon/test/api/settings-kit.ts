import { join } from 'node:path';
import type { Test } from 'tap';
import { ApiServer } from '../../src/api/server.ts';
import { type Clock, FakeClock } from '../../src/base/clock.ts';
import { loadDeviceKey } from '../../src/config/device-key.ts';
import { type ConfigStore, openConfigStore } from '../../src/config/store.ts';
import { DialPlans } from '../../src/main/dial-plans.ts';
import { Settings } from '../../src/main/settings.ts';
import { type Answer, type Ask, ask, claimed, makeWorld, type Running } from './kit.ts';

/** The API with the real settings beneath: store, pending changes, trial and dial plan. */
export interface SettingsBox extends Running {
  store: ConfigStore;
  settings: Settings;
  cookie: string;
  clock: Clock;
  /** A request of the administrator. */
  ask(path: string, options?: Ask): Promise<Answer>;
  close(): Promise<void>;
}

/** Opens the settings of a folder; again for the same one is a restart of the daemon. */
export async function settingsBox(
  t: Test,
  directory: string,
  initial?: unknown,
  clock: FakeClock = new FakeClock(),
): Promise<SettingsBox> {
  const store = await openConfigStore({ directory, wall: () => clock.wall(), initial });
  const world = makeWorld({ clock });
  const warn = (message: string): void => void world.log.push(`warn ${message}`);
  const key = await loadDeviceKey(join(directory, 'device-key'));
  const settings = await Settings.open({
    ...{ store, folder: directory, clock, key, warn, securePort: () => undefined },
  });
  const plans = new DialPlans(store.config, clock, () => ({ usable: true }));
  store.events.on('changed', (config) => {
    world.config = config;
    plans.apply(config);
  });
  world.config = store.config;
  Object.assign(world.deps, settings.api, { dialCheck: plans });
  // The kit's administrator lives beside the settings.
  let hash: string | undefined;
  world.deps.admin = {
    passwordHash: () => hash,
    setPasswordHash: async (next) => {
      hash = next;
    },
  };
  const server = new ApiServer({ webRoot: '/nonexistent', deps: world.deps });
  const { port } = await server.listen('127.0.0.1', 0);
  const running = Object.assign(world, { server, port, origin: `http://127.0.0.1:${port}` });
  const close = async (): Promise<void> => {
    settings.close();
    await server.close();
  };
  t.teardown(close);
  const cookie = await claimed(running);
  return Object.assign(running, {
    ...{ store, settings, cookie, clock, close },
    ask: (path: string, options: Ask = {}) => ask(running, `/api/v1${path}`, { cookie, ...options }),
  });
}
