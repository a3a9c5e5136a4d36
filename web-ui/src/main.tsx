import { render } from 'preact';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/parts.css';
import './styles/faceplate.css';
import './styles/calls.css';
import './styles/forms.css';
import './styles/queues.css';
import './styles/trace.css';

const root = document.getElementById('app');
if (root) render(<App />, root);
