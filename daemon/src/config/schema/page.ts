import * as z from 'zod';
import { field } from '../field.ts';

/** How the page is reached. */
export const page = z
  .object({
    httpsOnly: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Только по HTTPS',
          'HTTPS only',
          'Открытая без шифрования, страница переходит на защищённый адрес. Сначала откройте его сами и убедитесь, что браузер не предупреждает.',
          'Opened without encryption, the page leads to its protected address. Open that first and see that the browser does not warn.',
        ),
      ),
    hsts: z
      .boolean()
      .default(false)
      .meta(
        field(
          'Браузеры помнят про HTTPS',
          'Browsers remember HTTPS',
          'Браузер, открывший страницу по HTTPS, полгода не откроет её иначе (HSTS). Если сертификат перестанет подходить, войти с этого браузера будет нельзя.',
          'A browser that has opened the page over HTTPS opens it in no other way for half a year (HSTS). Should the certificate stop to fit, that browser cannot get in.',
          { technical: true },
        ),
      ),
  })
  .prefault({})
  .meta(
    field('Страница', 'Page', 'Как открывается эта страница.', 'How this page is reached.', {
      scope: 'at-once',
    }),
  );
