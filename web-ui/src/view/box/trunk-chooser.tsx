import { useState } from 'react';
import type { TrunkTemplate } from '../../../../daemon/src/api/contract.ts';
import type { Beginning } from '../../form/section.tsx';
import type { Item } from '../../form/value.ts';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Failure } from '../../ui/parts.tsx';

interface Props {
  /** A trunk of defaults. */
  blank: Item;
  onChoose(beginning: Beginning): void;
}

/** Which operator a new trunk is of: what is known of it need not be typed. */
export function TrunkChooser({ blank, onChoose }: Props) {
  const templates = useBox<TrunkTemplate[]>('/trunk-templates');
  const [sought, setSought] = useState('');
  const found = (templates.value ?? []).filter((template) => matches(template, sought));
  const choose = (template: TrunkTemplate): void => {
    const notes = [template.note && say(template.note), template.verify && t('trunk.verify')].filter(Boolean);
    onChoose({
      title: say(template.name),
      item: { ...blank, ...template.trunk, name: isGeneral(template) ? '' : say(template.name) },
      asks: template.asks,
      ...(notes.length > 0 && { note: notes.join(' ') }),
    });
  };
  return (
    <div className="item-form">
      <div className="item-form-body">
        <p className="lead">{t('trunk.choose')}</p>
        <Failure error={templates.failure} />
        <div className="field">
          <label htmlFor="trunk-find">{t('trunk.find')}</label>
          <input
            id="trunk-find"
            type="search"
            value={sought}
            autoComplete="off"
            onChange={(e) => setSought(e.currentTarget.value)}
          />
        </div>
        <ul className="items templates">
          {found.map((template) => (
            <li key={template.id}>
              <button
                type="button"
                className="item"
                data-template={template.id}
                onClick={() => choose(template)}
              >
                <Icon name="trunk" />
                <span className="item-words">
                  <strong>{say(template.name)}</strong>
                  {template.trunk.server && <span className="dim">{template.trunk.server}</span>}
                </span>
                <Icon name="right" size={16} />
              </button>
            </li>
          ))}
        </ul>
        {sought !== '' && found.every(isGeneral) && <p className="help">{t('trunk.noneFound')}</p>}
      </div>
    </div>
  );
}

/** By name in either language, or by server; the general ones always. */
function matches(template: TrunkTemplate, sought: string): boolean {
  const words = sought.trim().toLowerCase();
  if (words === '' || template.id.startsWith('generic-')) return true;
  const { ru, en } = template.name;
  return `${ru} ${en} ${template.trunk.server ?? ''}`.toLowerCase().includes(words);
}

/** Of no operator in particular. */
const isGeneral = (template: TrunkTemplate): boolean => /^(generic|sipconnect)-/.test(template.id);
