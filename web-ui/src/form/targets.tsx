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
  const options = [
    ...itemsOf(config, 'people').map((o) => ({ value: `person:${o.value}`, name: o.name })),
    ...itemsOf(config, 'ports').map((o) => ({ value: `port:${o.value}`, name: o.name })),
  ];
  const left = options.filter((o) => !chosen.includes(o.value));
  const nameOf = (target: string): string =>
    options.find((o) => o.value === target)?.name ?? phone(target.replace(/^number:/, ''));
  const takeNumber = (input: HTMLInputElement): void => {
    const digits = input.value.replace(/[^\d+]/g, '');
    input.value = '';
    setTyping(false);
    if (digits !== '') onChange([...chosen, `number:${digits.replace(/^8(?=\d{10}$)/, '+7')}`]);
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
      {typing && (
        <input
          type="text"
          inputMode="tel"
          aria-label={t('targets.numberLabel')}
          placeholder="+7 916 123-45-67"
          ref={(input) => input?.focus()}
          onBlur={(e) => takeNumber(e.currentTarget)}
          onKeyDown={(e) => {
            if (e.key !== 'Enter') return;
            e.preventDefault();
            takeNumber(e.currentTarget);
          }}
        />
      )}
      <Notes id={id} field={field} issues={own} />
    </div>
  );
}
