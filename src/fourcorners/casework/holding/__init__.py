"""How long records are held and how an instrument stands: rulings, periods, destruction, backup."""
