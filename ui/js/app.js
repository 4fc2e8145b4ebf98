// @ts-check
// Small improvements to pages that work without them. Each module looks for its
// own marks in the page and does nothing when there are none.
import {searchKey} from './search.js';
import {tableKeys} from './table.js';
import {formGuards} from './form.js';
import {confirms} from './confirm.js';
import {copies} from './copy.js';
import {pickers} from './picker.js';
import {opens} from './opens.js';
import {menus} from './menu.js';
import {lines} from './lines.js';
import {lengths} from './length.js';
import {slipCode} from './slip.js';
import {alikes} from './similar.js';

searchKey(document);
tableKeys(document);
formGuards(document);
confirms(document);
copies(document);
pickers(document);
opens(document);
menus(document);
lines(document);
lengths(document);
slipCode(document);
alikes(document);

// After a form came back with problems, the summary is read first.
const problem = document.getElementById('problem');
if (problem) problem.focus();
