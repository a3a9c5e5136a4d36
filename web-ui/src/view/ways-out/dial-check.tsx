import { Button, Checkbox } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type {
  ApiError,
  ConfigView,
  DialCheckRequest,
  DialCheckResult,
  PinView,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { priceWords } from '../../format/money.ts';
import { phone } from '../../format/phone.ts';
import { officeMoment } from '../../format/time.ts';
import { say, t, word } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Mark } from '../../ui/icons.tsx';
import { Card, Failure } from '../../ui/parts.tsx';
import { socketName, viaWords } from '../section-words.ts';
import { usePending } from '../settings/pending.tsx';

/** "What would happen if I dial…": the dial plan's own answer; nothing is dialed. */
export function DialCheckBox() {
  const config = useBox<ConfigView>('/config', 'config');
  const pins = useBox<PinView[]>('/pins', 'config');
  const [number, setNumber] = useState('');
  const [from, setFrom] = useState<string>();
  const [pin, setPin] = useState('');
  const [at, setAt] = useState('');
  const [draft, setDraft] = useState(false);
  const pending = usePending();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<DialCheckResult>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const view = config.value;
  const telephones = view?.config.ports.filter((p) => p.kind === 'fxs') ?? [];
  const outsidePins = pins.value?.filter((p) => p.outside) ?? [];
  const chosen = from ?? (telephones[0] ? `port:${telephones[0].number}` : '');
  const outside = chosen === 'outside';
  const offered = outside ? outsidePins : (pins.value ?? []);

  const ask = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const usedPin = offered.some((p) => p.id === pin) ? pin : outside ? offered[0]?.id : undefined;
    const request: DialCheckRequest = {
      number,
      from: outside
        ? { kind: 'outside', pin: usedPin ?? '' }
        : { kind: 'port', port: Number(chosen.slice('port:'.length)), ...(usedPin && { pin: usedPin }) },
      ...(at && { at: officeMoment(at) }),
      ...(draft && pending > 0 && { draft: true }),
    };
    setBusy(true);
    // No answer to another question stands there meanwhile.
    setResult(undefined);
    try {
      setResult(await api<DialCheckResult>('/dial-check', { body: request }));
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  return (
    <Card title={t('check.title')} className="dial-check">
      <form onSubmit={ask} className="check-form">
        <div className="field check-number">
          <label htmlFor="check-number">{t('check.number')}</label>
          <input
            id="check-number"
            type="text"
            inputMode="tel"
            className="dial"
            value={number}
            placeholder="8 812 123-45-67"
            autoComplete="off"
            required
            onChange={(e) => setNumber(e.currentTarget.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="check-from">{t('check.from')}</label>
          <select id="check-from" value={chosen} onChange={(e) => setFrom(e.currentTarget.value)}>
            {view &&
              telephones.map((p) => (
                <option key={p.number} value={`port:${p.number}`}>
                  {socketName(view.config, p.number)}
                </option>
              ))}
            {outsidePins.length > 0 && <option value="outside">{t('check.outside')}</option>}
          </select>
        </div>
        <div className="field">
          <label htmlFor="check-pin">{t('check.pin')}</label>
          <select id="check-pin" value={pin} onChange={(e) => setPin(e.currentTarget.value)}>
            {!outside && <option value="">{t('check.noPin')}</option>}
            {offered.map((p) => (
              <option key={p.id} value={p.id}>
                {p.name}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="check-at">{t('check.at')}</label>
          <input
            id="check-at"
            type="datetime-local"
            value={at}
            onChange={(e) => setAt(e.currentTarget.value)}
          />
        </div>
        {pending > 0 && (
          <Checkbox
            checked={draft}
            label={t('pending.draft')}
            onChange={(e) => setDraft(e.currentTarget.checked)}
          />
        )}
        <Button className="primary" type="submit" disabled={busy || chosen === ''}>
          {t('check.ask')}
        </Button>
      </form>
      {view && telephones.length === 0 && <p className="help">{t('check.noTelephones')}</p>}
      <Failure error={failure} />
      <div aria-live="polite">{result && view && <Answer result={result} view={view} />}</div>
    </Card>
  );
}

/** What becomes of a call that is not refused. */
function outcome(result: DialCheckResult, config: ConfigView['config']): string {
  const { target = '' } = result;
  if (result.class === 'access') {
    const name = config.accessNumbers.find((access) => access.id === target)?.name ?? target;
    return t('check.access', { name });
  }
  if (result.class === 'feature') return t('check.feature');
  if (result.class === 'extension' && !result.e164)
    return t('check.rings', { who: whoAnswers(target, config) });
  return t('check.goes', { number: result.e164 ? phone(result.e164) : target });
}

/** Whoever has an extension. */
function whoAnswers(extension: string, config: ConfigView['config']): string {
  const person = config.people.find((p) => p.extension === extension);
  if (person) return person.name;
  const port = config.ports.find((p) => p.kind === 'fxs' && p.extension === extension);
  return port ? socketName(config, port.number) : extension;
}

function Answer({ result, view }: { result: DialCheckResult; view: ConfigView }) {
  return (
    <div
      className={`answer ${result.refusal ? 'refused' : ''}`}
      data-answer={result.refusal ? 'refused' : 'allowed'}
    >
      <p className="answer-head">
        <Mark tone={result.refusal ? 'broken' : 'talk'} size={14} />
        <strong>{result.refusal ? say(result.refusal.said) : outcome(result, view.config)}</strong>
        <span className="tag">{word('class', result.class)}</span>
      </p>
      {result.steps.length > 0 && (
        <ol className="answer-steps">
          {result.steps.map((step, i) => (
            <li key={`${step.routeId}-${i}`} className={step.usable === false ? 'unusable' : ''}>
              <span className="answer-step-head">
                <strong>{word('way', step.routeName)}</strong>
                <span>
                  {viaWords(view.config, step.via)} → {phone(step.number)}
                </span>
                {result.class !== 'emergency' && <span className="price">{priceWords(step.price)}</span>}
              </span>
              <span className="dim">{say(step.why)}</span>
              {step.hindrance && (
                <span className="hindrance">
                  <Mark tone="attention" /> {say(step.hindrance)}
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
      {result.explanation.length > 0 && (
        <details open={result.steps.length === 0}>
          <summary>{t('check.why')}</summary>
          <ul className="explanation">
            {result.explanation.map((said, i) => (
              <li key={i}>{say(said)}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
