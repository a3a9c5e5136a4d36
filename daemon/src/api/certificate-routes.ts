import { X509Certificate } from 'node:crypto';
import { type Request, Router } from 'express';
import type { AuditAct } from '../records/audit.ts';
import type { Said } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { parsedBody } from './parsed-body.ts';
import { ownCertificate } from './security-contract.ts';
import { viewerOf } from './viewer.ts';

/** The box's own authority, for whoever is about to trust it: a certificate is no secret. Before the sign-in. */
export function authorityRoutes(deps: Pick<ApiDeps, 'help'>): Router {
  const router = Router();

  router.get('/certificate/authority.crt', (_request, response) => {
    // DER with this type is what telephones and Windows know how to take in.
    response.setHeader('Content-Type', 'application/x-x509-ca-cert');
    response.setHeader('Content-Disposition', 'attachment; filename="linegate-authority.crt"');
    response.end(new X509Certificate(deps.help.certificate.authority()).raw);
  });

  router.get('/certificate/authority.pem', (_request, response) => {
    response.setHeader('Content-Type', 'application/x-pem-file');
    response.setHeader('Content-Disposition', 'attachment; filename="linegate-authority.pem"');
    response.end(deps.help.certificate.authority());
  });

  return router;
}

/** How the page is served over HTTPS, and one's own certificate in place of the box's. */
export function certificateRoutes(deps: Pick<ApiDeps, 'help' | 'audit' | 'log'>): Router {
  const router = Router();
  const note = (request: Request, act: AuditAct): void => {
    const { who } = viewerOf(request);
    const detail = deps.help.certificate.view().fingerprint.slice(0, 29);
    deps.audit.note({ who, from: request.ip ?? '', act, detail });
    deps.log('info', `${act} by ${who}`);
  };

  router.get('/certificate', (_request, response) => {
    response.json(deps.help.certificate.view());
  });

  router.put('/certificate', async (request, response) => {
    const own = parsedBody(request, ownCertificate);
    try {
      await deps.help.certificate.use(own);
    } catch (error) {
      const { said, path } = error as { said?: Said; path?: string };
      throw said ? new ApiFault('api/bad-certificate', { said, ...(path && { path }) }) : error;
    }
    note(request, 'certificate-changed');
    response.json(deps.help.certificate.view());
  });

  router.delete('/certificate', async (request, response) => {
    if (!(await deps.help.certificate.restore())) throw new ApiFault('api/not-found');
    note(request, 'certificate-changed');
    response.json(deps.help.certificate.view());
  });

  return router;
}
