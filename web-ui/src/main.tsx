import './styles/elements.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/faceplate.css';
import './styles/calls.css';
import './styles/forms.css';
import './styles/queues.css';
import './styles/trace.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { queries } from './query.ts';
import { theme } from './theme.ts';

/** Styles that are made in the browser carry the number that this answer of the box allows. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
setNonce(nonce);

const root = document.getElementById('app');
if (root) {
  createRoot(root).render(
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-center" />
        <App />
      </QueryClientProvider>
    </MantineProvider>,
  );
}
