// While a slider moves, the same page is asked for under the new choice, and its results take the place of the old ones. Without this the button does it.
(() => {
	const form = document.querySelector('form.scenario');
	let busy = false, again = false;
	const show = page => {
		for (const part of ['#result', '#formats', 'footer']) {
			const now = document.querySelector(part), next = page.querySelector(part);
			if (now && next) now.replaceChildren(...next.childNodes);
		}
		for (const out of form.querySelectorAll('output')) {
			const next = page.getElementById(out.id);
			if (next) out.textContent = next.textContent;
		}
		const lang = document.querySelector('nav .lang a'), other = page.querySelector('nav .lang a');
		if (lang && other) lang.href = other.getAttribute('href');
	};
	const ask = async () => {
		if (busy) {
			again = true;
			return;
		}
		busy = true;
		const address = form.getAttribute('action') + '?' + new URLSearchParams(new FormData(form));
		try {
			const answer = await fetch(address);
			if (answer.ok) {
				show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
				history.replaceState(null, '', address);
			}
		} catch {
			// The button is still there.
		}
		busy = false;
		if (again) {
			again = false;
			ask();
		}
	};
	form.addEventListener('input', ask);
})();
