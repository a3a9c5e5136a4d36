import { type Request, type Response, Router } from 'express';
import {
  asksForFile,
  type DeviceAccount,
  type DeviceFile,
  deviceFile,
  fileSuits,
  vendorValues,
} from '../config/device-file.ts';
import { devicePresets, type ReadPreset } from '../config/device-presets.ts';
import { settingsInWords } from '../config/device-setup.ts';
import type { DeviceLink, DevicePreset, DeviceSetupView } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import type { DeviceLinks } from './device-links.ts';
import { ApiFault } from './errors.ts';

type Deps = Pick<ApiDeps, 'config' | 'box' | 'log'>;
type Device = ReturnType<ApiDeps['config']['current']>['config']['devices'][number];

/** Models of telephones and adapters, what is entered at each, and files that set one up. */
export function deviceRoutes(deps: Deps, links: DeviceLinks): Router {
  const router = Router();

  router.get('/device-presets', (_request, response) => {
    response.json(devicePresets().map(({ form: _, ...shown }): DevicePreset => shown));
  });

  router.get('/devices/:id/setup', (request, response) => {
    const { device, preset, account } = wanted(deps, request);
    const shown: DeviceSetupView = {
      settings: settingsInWords(preset, device, account),
      vendor: vendorValues(preset, account).map(({ name, value, secret }) =>
        secret ? { name } : { name, value },
      ),
      encryptByHand: preset.form !== undefined && !fileSuits(preset, account),
    };
    response.json(shown);
  });

  // The file has the device's password in it: for whoever is signed in, kept by no cache (server.ts), in no log.
  router.get('/devices/:id/file', (request, response) => {
    const { preset, account } = wanted(deps, request);
    if (!preset.form) throw new ApiFault('api/not-found');
    send(response, deviceFile(preset, account));
  });

  router.post('/devices/:id/link', (request, response) => {
    const { device, preset, account } = wanted(deps, request, request.body?.preset);
    if (!preset.form) throw new ApiFault('api/not-found');
    const { token, expiresAt } = links.make(device.id, preset.id);
    const folder = `http://${request.headers.host}/provision/${token}/`;
    const link: DeviceLink = { url: `${folder}${deviceFile(preset, account).name}`, folder, expiresAt };
    response.status(201).json(link);
  });

  return router;
}

/** Where a telephone itself fetches its settings, by a link that an admin has made. */
export function provisioningRoutes(deps: Deps, links: DeviceLinks): Router {
  const router = Router();
  router.get('/:token/:file', (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    const { token, file: name } = request.params;
    const link = links.find(token);
    const device = link && deviceOf(deps, link.deviceId);
    const preset = devicePresets().find(({ id }) => id === link?.preset);
    if (!device || !preset?.form) throw new ApiFault('api/not-found');
    const file = deviceFile(preset, accountOf(deps, device, request));
    // Telephones ask for files of all their kind first, of which there are none; that does not use the link up.
    if (name !== file.name && !asksForFile(preset, name)) throw new ApiFault('api/not-found');
    if (request.method === 'GET') {
      links.spend(token);
      deps.log('info', `the settings of device ${device.id} were fetched by ${request.socket.remoteAddress}`);
    }
    send(response, file);
  });
  return router;
}

/** The device of a request, and the model asked for: in the query, or `preset`; else the device's own. */
function wanted(
  deps: Deps,
  request: Request<{ id: string }>,
  preset: unknown = request.query.preset,
): { device: Device; preset: ReadPreset; account: DeviceAccount } {
  const device = deviceOf(deps, request.params.id);
  const id = typeof preset === 'string' ? preset : device?.preset;
  const found = devicePresets().find((entry) => entry.id === id);
  if (!device || !found) throw new ApiFault('api/not-found');
  return { device, preset: found, account: accountOf(deps, device, request) };
}

/** A device that can be set up: one that registers with us. */
function deviceOf({ config }: Deps, id: string): Device | undefined {
  return config.current().config.devices.find((device) => device.id === id && device.mode === 'registers');
}

function accountOf({ box }: Deps, device: Device, request: Request<Record<string, string>>): DeviceAccount {
  const tlsPort = box.sipTlsPort();
  const secured = device.srtp !== 'off' && tlsPort !== undefined;
  return {
    deviceId: device.id,
    user: device.user,
    ...(device.authUser ? { authUser: device.authUser } : {}),
    password: device.password,
    name: device.name,
    host: ownAddress(request),
    ...(secured && device.srtp !== 'off' ? { port: tlsPort, srtp: device.srtp } : { port: box.sipPort() }),
  };
}

function send(response: Response, file: DeviceFile): void {
  response.attachment(file.name);
  response.type(file.type);
  response.send(file.text);
}

/** The box as whoever asks sees it: the device is in the same office. */
function ownAddress(request: Request<Record<string, string>>): string {
  return (request.socket.localAddress ?? '').replace(/^::ffff:/, '');
}
