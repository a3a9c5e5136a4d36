import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '../i18n/index.ts';
import { targetName } from '../view/section-words.ts';
import { Chips } from './compound.tsx';
import { type ControlProps, idOf, itemsOf, wording } from './field.tsx';
import { issuesAt } from './value.ts';

/** Who is rung: sockets, people, services, and numbers, written `port:1`, `person:anna`, `queue:sales`, `number:+7...`. */
export function Targets({ field, value, onChange, path, issues, config }: ControlProps) {
  const chosen: string[] = Array.isArray(value) ? value.map(String) : [];
  const own = issuesAt(issues, path);
  const id = idOf(path);
  const [typing, setTyping] = useState('');
  const options = whoRings(config);
  const left = options.filter((o) => !chosen.includes(o.value));
  const nameOf = (target: string): string =>
    options.find((o) => o.value === target)?.name ?? targetName(config, target);
  const take = (target: string): void => {
    setTyping('');
    if (target !== '' && !chosen.includes(target)) onChange([...chosen, target]);
  };
  return (
    <div className="field" data-field={path}>
      <NativeSelect
        {...wording(field, id, own)}
        value=""
        onChange={(e) => {
          const picked = e.currentTarget.value;
          setTyping(isTyped(picked) ? picked : '');
          if (!isTyped(picked) && picked !== '') onChange([...chosen, picked]);
        }}
      >
        <option value="">{t('form.addOne')}</option>
        {left.map((o) => (
          <option key={o.value} value={o.value}>
            {o.name}
          </option>
        ))}
        <Typed config={config} />
      </NativeSelect>
      {typing !== '' && <TypedTarget key={typing} kind={typing} onTaken={take} />}
      <Chips names={chosen.map(nameOf)} onRemove={(i) => onChange(chosen.toSpliced(i, 1))} />
    </div>
  );
}

/** Where calls go on to: to somebody here, to a person's own mobile, or to a number. */
export function ForwardTarget({ field, value, onChange, path, issues, config }: ControlProps) {
  const target = typeof value === 'string' ? value : '';
  const own = issuesAt(issues, path);
  const id = idOf(path);
  const [typing, setTyping] = useState('');
  const mobile = path.startsWith('/forwarding/') ? [{ value: 'mobile', name: t('targets.mobile') }] : [];
  const options = [...mobile, ...whoRings(config)];
  // A number, or an extension that was set by other means.
  const other = target !== '' && !options.some((o) => o.value === target);
  return (
    <div className="field" data-field={path}>
      <NativeSelect
        {...wording(field, id, own)}
        value={typing || target}
        onChange={(e) => {
          const picked = e.currentTarget.value;
          setTyping(isTyped(picked) ? picked : '');
          if (!isTyped(picked)) onChange(picked === '' ? undefined : picked);
        }}
      >
        <option value="">{t('form.none')}</option>
        {other && <option value={target}>{targetName(config, target)}</option>}
        {options.map((o) => (
          <option key={o.value} value={o.value}>
            {o.name}
          </option>
        ))}
        <Typed config={config} />
      </NativeSelect>
      {typing !== '' && (
        <TypedTarget
          key={typing}
          kind={typing}
          onTaken={(typed) => {
            setTyping('');
            if (typed !== '') onChange(typed);
          }}
        />
      )}
    </div>
  );
}

/** Whose voicemail a menu leads to, by the id of a person or a group. */
export function MailboxChoice({ field, value, onChange, path, issues, config }: ControlProps) {
  const chosen = typeof value === 'string' ? value : '';
  const own = issuesAt(issues, path);
  const id = idOf(path);
  const owners = mailboxOwners(config);
  const other = chosen !== '' && !owners.some((owner) => owner.id === chosen);
  return (
    <div className="field" data-field={path}>
      <NativeSelect
        {...wording(field, id, own)}
        value={chosen}
        onChange={(e) => onChange(e.currentTarget.value)}
      >
        <option value="">{t('form.choose')}</option>
        {other && <option value={chosen}>{chosen}</option>}
        {owners.map((owner) => (
          <option key={owner.id} value={owner.id}>
            {owner.name}
          </option>
        ))}
      </NativeSelect>
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

/** People and groups whose voicemail is switched on. */
const mailboxOwners = ({ people, groups }: ControlProps['config']): { id: string; name: string }[] =>
  [...people, ...groups].filter(({ voicemail }) => voicemail.enabled);

/** Mailboxes that are switched on, and where their owners listen. */
function mailboxesOf(config: ControlProps['config']): { value: string; name: string }[] {
  const boxes = mailboxOwners(config).map(({ id, name }) => ({
    value: `voicemail:${id}`,
    name: t('targets.voicemail', { name }),
  }));
  return boxes.length === 0 ? [] : [...boxes, { value: 'mailbox:any', name: t('targets.mailboxes') }];
}

/** Whether the rest of a choice is typed: a number outside, or an extension of another office. */
const isTyped = (picked: string): boolean => picked === 'number' || /^office:[^/]*$/.test(picked);

/** Choices of which a part is typed. */
function Typed({ config }: Pick<ControlProps, 'config'>) {
  return (
    <>
      {itemsOf(config, 'offices').map((office) => (
        <option key={office.value} value={`office:${office.value}`}>
          {t('targets.office', { name: office.name })}
        </option>
      ))}
      <option value="number">{t('targets.number')}</option>
    </>
  );
}

/** A number in any writing, or the digits of an extension over there; `onTaken` gets the target, or nothing. */
function TypedTarget({ kind, onTaken }: { kind: string; onTaken(target: string): void }) {
  const outside = kind === 'number';
  const take = ({ value }: HTMLInputElement): void => {
    const number = outside
      ? value.replace(/[^\d+]/g, '').replace(/^8(?=\d{10}$)/, '+7')
      : value.replace(/\D/g, '');
    onTaken(number === '' ? '' : outside ? `number:${number}` : `${kind}/${number}`);
  };
  return (
    <TextInput
      inputMode="tel"
      aria-label={t(outside ? 'targets.numberLabel' : 'targets.officeLabel')}
      placeholder={outside ? '+7 916 123-45-67' : '205'}
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
