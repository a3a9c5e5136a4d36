import { useState } from 'preact/hooks';
import { phone } from '../format/phone.ts';
import { say, t } from '../i18n/index.ts';
import { Chips } from './compound.tsx';
import { type ControlProps, describe, idOf, itemsOf, Notes } from './field.tsx';
import { issuesAt } from './value.ts';

/** Who is rung: sockets, people, and outside numbers, written `port:1`, `person:anna`, `number:+7...`. */
export function Targets({ field, value, onChange, path, issues, config }: ControlProps) {
  const chosen: string[] = Array.isArray(value) ? value.map(String) : [];
  const own = issuesAt(issues, path);
  const id = idOf(path);
  const [typing, setTyping] = useState(false);
  const options = whoRings(config);
  const left = options.filter((o) => !chosen.includes(o.value));
  const nameOf = (target: string): string =>
    options.find((o) => o.value === target)?.name ?? phone(target.replace(/^number:/, ''));
  const take = (number: string): void => {
    setTyping(false);
    if (number !== '') onChange([...chosen, `number:${number}`]);
  };
  return (
    <div class="field" data-field={path}>
      <label for={id}>{say(field.title)}</label>
      <Chips names={chosen.map(nameOf)} onRemove={(i) => onChange(chosen.toSpliced(i, 1))} />
      <select
        id={id}
        value=""
        aria-invalid={own.length > 0}
        aria-describedby={describe(id, field, own)}
        onChange={(e) => {
          const picked = e.currentTarget.value;
          e.currentTarget.value = '';
          if (picked === 'number') setTyping(true);
          else if (picked !== '') onChange([...chosen, picked]);
        }}
      >
        <option value="">{t('form.addOne')}</option>
        {left.map((o) => (
          <option key={o.value} value={o.value}>
            {o.name}
          </option>
        ))}
        <option value="number">{t('targets.number')}</option>
      </select>
      {typing && <OutsideNumber onTaken={take} />}
      <Notes id={id} field={field} issues={own} />
    </div>
  );
}

/** Where calls go on to: to somebody here, to a person's own mobile, or to a number. */
export function ForwardTarget({ field, value, onChange, path, issues, config }: ControlProps) {
  const target = typeof value === 'string' ? value : '';
  const own = issuesAt(issues, path);
  const id = idOf(path);
  const [typing, setTyping] = useState(false);
  const mobile = path.startsWith('/forwarding/') ? [{ value: 'mobile', name: t('targets.mobile') }] : [];
  const options = [...mobile, ...whoRings(config)];
  // A number, or an extension that was set by other means.
  const other = target !== '' && !options.some((o) => o.value === target);
  return (
    <div class="field" data-field={path}>
      <label for={id}>{say(field.title)}</label>
      <select
        id={id}
        value={typing ? 'number' : target}
        aria-invalid={own.length > 0}
        aria-describedby={describe(id, field, own)}
        onChange={(e) => {
          const picked = e.currentTarget.value;
          setTyping(picked === 'number');
          if (picked !== 'number') onChange(picked === '' ? undefined : picked);
        }}
      >
        <option value="">{t('form.none')}</option>
        {other && <option value={target}>{phone(target.replace(/^number:/, ''))}</option>}
        {options.map((o) => (
          <option key={o.value} value={o.value}>
            {o.name}
          </option>
        ))}
        <option value="number">{t('targets.number')}</option>
      </select>
      {typing && (
        <OutsideNumber
          onTaken={(number) => {
            setTyping(false);
            if (number !== '') onChange(`number:${number}`);
          }}
        />
      )}
      <Notes id={id} field={field} issues={own} />
    </div>
  );
}

/** People, telephones and devices, as targets are written. */
function whoRings(config: ControlProps['config']): { value: string; name: string }[] {
  return [
    ...itemsOf(config, 'people').map((o) => ({ value: `person:${o.value}`, name: o.name })),
    ...itemsOf(config, 'groups').map((o) => ({ value: `group:${o.value}`, name: o.name })),
    ...itemsOf(config, 'flows').map((o) => ({ value: `flow:${o.value}`, name: o.name })),
    ...itemsOf(config, 'queues').map((o) => ({ value: `queue:${o.value}`, name: o.name })),
    ...itemsOf(config, 'rooms').map((o) => ({ value: `room:${o.value}`, name: o.name })),
    ...mailboxesOf(config),
    ...itemsOf(config, 'telephones').map((o) => ({ value: `port:${o.value}`, name: o.name })),
    ...itemsOf(config, 'devices').map((o) => ({ value: `device:${o.value}`, name: o.name })),
  ];
}

/** Mailboxes that are switched on, and where their owners listen. */
function mailboxesOf(config: ControlProps['config']): { value: string; name: string }[] {
  const on = [...config.people, ...config.groups].filter(({ voicemail }) => voicemail.enabled);
  const boxes = on.map(({ id, name }) => ({
    value: `voicemail:${id}`,
    name: t('targets.voicemail', { name }),
  }));
  return boxes.length === 0 ? [] : [...boxes, { value: 'mailbox:any', name: t('targets.mailboxes') }];
}

/** A number in any writing; `onTaken` gets it with +, or nothing. */
function OutsideNumber({ onTaken }: { onTaken(number: string): void }) {
  const take = (input: HTMLInputElement): void =>
    onTaken(input.value.replace(/[^\d+]/g, '').replace(/^8(?=\d{10}$)/, '+7'));
  return (
    <input
      type="text"
      inputMode="tel"
      aria-label={t('targets.numberLabel')}
      placeholder="+7 916 123-45-67"
      ref={(input) => input?.focus()}
      onBlur={(e) => take(e.currentTarget)}
      onKeyDown={(e) => {
        if (e.key !== 'Enter') return;
        e.preventDefault();
        take(e.currentTarget);
      }}
    />
  );
}
