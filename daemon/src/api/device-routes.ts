import { type Request, Router } from 'express';
import { deviceFile } from '../config/device-file.ts';
import { devicePresets } from '../config/device-presets.ts';
import type { DevicePreset } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';

/** Models of telephones and adapters, and files that set one up. */
export function deviceRoutes({ config, box }: Pick<ApiDeps, 'config' | 'box'>): Router {
  const router = Router();

  router.get('/device-presets', (_request, response) => {
    response.json(devicePresets().map(({ form: _, ...shown }): DevicePreset => shown));
  });

  // The file has the device's password in it: for whoever is signed in, kept by no cache (server.ts), in no log.
  router.get('/devices/:id/file', (request, response) => {
    const device = config.current().config.devices.find(({ id }) => id === request.params.id);
    const wanted = typeof request.query.preset === 'string' ? request.query.preset : device?.preset;
    const preset = devicePresets().find(({ id }) => id === wanted);
    if (device?.mode !== 'registers' || !preset?.form) throw new ApiFault('api/not-found');
    const file = deviceFile(preset, {
      deviceId: device.id,
      user: device.user,
      password: device.password,
      name: device.name,
      host: ownAddress(request),
      port: box.sipPort(),
    });
    response.attachment(file.name);
    response.type(file.type);
    response.send(file.text);
  });

  return router;
}

/** The box as whoever asks sees it: the device is in the same office. */
function ownAddress(request: Request): string {
  return (request.socket.localAddress ?? '').replace(/^::ffff:/, '');
}
