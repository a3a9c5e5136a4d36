import t from 'tap';
import { contest } from './caller-id-contest.ts';

contest(t, 'fsk-v23');
